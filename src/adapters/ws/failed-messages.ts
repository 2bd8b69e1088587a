import type { IncomingMessage } from 'node:http'
import { problemOf, reportFailure, tellsOfLeaving } from 'seaworthy/problem'
import { callCatching } from '../failing/call-catching.ts'

/** As much of a WebSocket of `ws` as this needs. */
export interface MessageSource {
  readonly readyState: number
  // oxlint-disable-next-line typescript/no-explicit-any -- typed by the kind of data that a socket is set to
  on(event: 'message', listener: (data: any, isBinary: boolean) => void): unknown
  close(code: number, reason: string): void
}

const OPEN = 1
/** @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const POLICY_VIOLATION = 1008
const INTERNAL_ERROR = 1011
/** Of a close frame, less its code. @see https://www.rfc-editor.org/rfc/rfc6455#section-5.5 */
const MAX_REASON_BYTES = 123

/** Calls `listener` for each message, and closes the connection of one that it fails at. */
export function followMessages<Data>(
  socket: MessageSource,
  request: IncomingMessage,
  listener: (data: Data, isBinary: boolean) => unknown,
): void {
  const fail = (error: unknown): void => {
    const isGone = socket.readyState !== OPEN
    if (isGone && tellsOfLeaving(error)) {
      reportFailure(request, { error, outcome: 'client_gone', status: undefined, isExpected: false })
      return
    }
    const { status, detail, title, isExpected } = problemOf(error)
    reportFailure(request, { error, outcome: isGone ? 'unanswered' : 'cut', status: undefined, isExpected })
    if (status < 500) socket.close(POLICY_VIOLATION, fitting(detail ?? title))
    else socket.close(INTERNAL_ERROR, 'Internal error')
  }
  socket.on('message', (data: Data, isBinary: boolean) => {
    callCatching(() => listener(data, isBinary), fail)
  })
}

function fitting(reason: string): string {
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : 'Refused'
}
