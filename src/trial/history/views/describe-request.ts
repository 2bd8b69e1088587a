import type { RequestEvent } from '../client-events.ts'
import type { FailedRequest } from './failed-requests.ts'
import type { Stop } from './stop-moments.ts'

/** A time seen from the signal, with its sign in words: `310 ms after SIGTERM`. */
export function sinceSignal(at: number, { signal, signalledAt }: Stop): string {
  const ms = Math.round(at - signalledAt)
  return ms < 0 ? `${-ms} ms before ${signal}` : `${ms} ms after ${signal}`
}

const REASONS: Readonly<Record<string, string>> = {
  refused: 'connection refused',
  'reset-fresh': 'the new connection died before the answer',
  'reset-reused': 'the kept connection died under it',
  truncated: 'the answer broke off',
  timeout: 'no answer in time',
  malformed: 'the answer was no HTTP',
  'stream-error': 'its stream ended with an error',
  'wrong-body': 'the answer was not the one to this request',
}

/** What became of a request that failed, as a person would tell it. */
export function describeFailure({ request, reason }: FailedRequest, stop: Stop): string {
  const { method, id, load, errorCode, status } = request
  const what = reason === '5xx' ? `answered with ${status}` : (REASONS[reason] ?? reason)
  const code = errorCode === undefined ? '' : ` (${errorCode})`
  return `request ${id} (${load}, ${method} ${pathOf(request)}), sent ${sinceSignal(request.startedAt, stop)}: ${what}${code} ${sinceSignal(request.at, stop)}`
}

/** What happened around a request that failed, a moment a line, in the order of time. */
export function timelineOf({ request, reason }: FailedRequest, stop: Stop): string[] {
  const { connection, reuse, startedAt, sentAt, firstByteAt, serverClosedAt, at } = request
  const nth = reuse === 0 ? 'a new connection' : `connection ${connection}, which had carried ${reuse}`
  const moments: [number | undefined, string][] = [
    [stop.signalledAt, stop.signal],
    [stop.listenerClosed?.at, 'the listener closed'],
    [stop.exit?.at, 'the process ended'],
    [startedAt, `sent over ${nth}`],
    [sentAt, 'its last bytes reached the service'],
    [firstByteAt, 'first bytes of the answer'],
    [serverClosedAt, 'the service closed the connection'],
    [at, REASONS[reason] ?? reason],
  ]
  return moments
    .filter((moment): moment is [number, string] => moment[0] !== undefined)
    .toSorted(([one], [other]) => one - other)
    .map(([moment, what]) => `${String(Math.round(moment - stop.signalledAt)).padStart(7)} ms  ${what}`)
}

/** Without the query, which may hold what is nobody's business. */
function pathOf({ path }: RequestEvent): string {
  return path.split('?', 1)[0] ?? path
}
