import type { IncomingMessage } from 'node:http'
import { problemMembers, problemOf, reportFailure, tellsOfLeaving } from 'seaworthy/problem'
import { callCatching } from '../failing/call-catching.ts'

/** As much of a socket of Socket.IO as this needs. */
export interface EventSource {
  readonly connected: boolean
  readonly request: IncomingMessage
  // oxlint-disable-next-line typescript/no-explicit-any -- typed by the events of each application
  on(event: string, listener: (...values: any[]) => void): unknown
}

/** Calls `listener` for each event, and acknowledges one that it fails at with the problem. */
export function followEvent<Values extends unknown[]>(
  socket: EventSource,
  event: string,
  listener: (...values: Values) => unknown,
): void {
  const fail = (error: unknown, values: Values): void => {
    const { request } = socket
    if (!socket.connected && tellsOfLeaving(error)) {
      reportFailure(request, { error, outcome: 'client_gone', status: undefined, isExpected: false })
      return
    }
    const acknowledge = values.at(-1)
    const canTell = socket.connected && typeof acknowledge === 'function'
    const { isExpected } = problemOf(error)
    reportFailure(request, { error, outcome: canTell ? 'answered' : 'unanswered', status: undefined, isExpected })
    if (canTell) acknowledge({ problem: problemMembers(error) })
  }
  socket.on(event, (...values: Values) => {
    callCatching(
      () => listener(...values),
      (error) => fail(error, values),
    )
  })
}
