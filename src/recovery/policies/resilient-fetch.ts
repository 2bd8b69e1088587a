import { OptionReader } from '../../core/option-reader.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { ErrorClass } from '../errors/error-class.ts'
import type { CallContext } from './attempt.ts'
import type { Policy } from './policy.ts'
import { isReplayableBody } from './replayable-body.ts'

/** How `fetch` behaves under a policy. */
export interface ResilientFetchOptions {
  /**
   * Statuses of answers that are asked for again, from 400 to 599.
   *
   * @default [429, 500, 502, 503, 504]
   */
  readonly retryStatuses?: readonly number[]
  /**
   * The header that tells the other side how many milliseconds are left, such as `x-envoy-expected-rq-timeout-ms`: a
   * length of time, since clocks differ. The other side reads it with `readDeadline()`.
   *
   * @default none is sent
   */
  readonly deadlineHeader?: string
  /**
   * What becomes of a request that could be sent again but for its body, a stream: `refuse` throws before anything is
   * sent, `send-once` makes one attempt.
   *
   * @default "refuse", so that what looks as if it were retried is
   */
  readonly unreplayableBody?: 'refuse' | 'send-once'
  /** What sends a request. @default the global `fetch` at the time of the call */
  readonly fetch?: typeof fetch
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
const KEY = 'idempotency-key'
const RETRY_STATUSES = [429, 500, 502, 503, 504]

interface Resolved {
  readonly statuses: ReadonlySet<number>
  readonly deadlineHeader: string
  readonly refuses: boolean
  readonly send: typeof fetch | undefined
}

/**
 * `fetch` under a policy: it takes and gives what `fetch` does. Where the policy retries, a request is sent again only if
 * its method is idempotent or it has an `Idempotency-Key` header, whatever the policy says of other calls. An answer with
 * a status from the list, or any of 500 and above, is a failure to the circuit breaker; after the last attempt it is returned, not thrown. The
 * body of an answer that nobody gets is cancelled.
 *
 * The timeouts hold until the headers of the answer are there. To bound the reading of the body as well, read it within
 * {@link Policy.execute}, or pass a signal: it also ends the body.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`; its result rejects with `SEA_POLICY_BODY_NOT_REPLAYABLE`, with
 * what `fetch` rejects with, or as {@link Policy.execute} does
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 *
 * @example
 * const fetchPayments = resilientFetch(payments)
 * const response = await fetchPayments('http://payments/quotes/7')
 */
export function resilientFetch(policy: Policy, options: ResilientFetchOptions = {}): typeof fetch {
  const resolved = resolve(options)
  return (input, init) => send(policy, resolved, input, init)
}

async function send(
  policy: Policy,
  { statuses, deadlineHeader, refuses, send }: Resolved,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const request = isRequest(input) ? input : undefined
  const signal = (init.signal === undefined ? request?.signal : init.signal) ?? undefined
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase()
  const key = init.headers === undefined ? request?.headers.get(KEY) : new Headers(init.headers).get(KEY)
  const isReplayable = isReplayableBody(init.body ?? request?.body)
  const isSafe = IDEMPOTENT.has(method) || (key ?? '') !== ''
  if (policy.isRetrying && isSafe && !isReplayable && refuses) throw notReplayable(policy.name, method)

  const attempt = (call: CallContext): Promise<Response> => {
    // The signal of an attempt ends with it; the caller's also ends a body that is being read later.
    const own: RequestInit = { signal: signal === undefined ? call.signal : AbortSignal.any([call.signal, signal]) }
    if (deadlineHeader !== '') {
      const headers = new Headers(init.headers ?? request?.headers)
      // Nothing left would be read as no limit by some.
      headers.set(deadlineHeader, String(Math.max(1, Math.floor(call.deadline.leftMs()))))
      own.headers = headers
    }
    return (send ?? fetch)(input, { ...init, ...own })
  }
  return await policy.execute(attempt, {
    signal,
    idempotencyKey: key ?? undefined,
    idempotent: isSafe && isReplayable,
    classifyResult: (response) => classifyResponse(policy, statuses, response),
    discard: (response) => response.body?.cancel(),
  })
}

function classifyResponse(policy: Policy, statuses: ReadonlySet<number>, response: Response): ErrorClass | undefined {
  const retryable = statuses.has(response.status)
  if (!retryable && response.status < 500) return undefined
  return { ...policy.classify(response), retryable }
}

/** Also one of undici from npm. */
function isRequest(input: unknown): input is Request {
  return typeof input === 'object' && Object.prototype.toString.call(input) === '[object Request]'
}

function notReplayable(name: string, method: string): SeaworthyError {
  return new SeaworthyError(
    'SEA_POLICY_BODY_NOT_REPLAYABLE',
    `Policy "${name}": a ${IDEMPOTENT.has(method) ? method : 'keyed'} request may be sent again, but its body is a stream`,
    { hint: 'Give the body as a text, bytes or a Blob beside the URL, or set "unreplayableBody" to "send-once".' },
  )
}

function resolve(options: ResilientFetchOptions): Resolved {
  const read = new OptionReader(options, 'resilientFetch()')
  const statuses = read.value<readonly number[]>('retryStatuses') ?? RETRY_STATUSES
  const isRange = (status: unknown): boolean =>
    Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600
  if (!Array.isArray(statuses) || !statuses.every(isRange)) {
    read.problem('"retryStatuses" has to be a list of statuses from 400 to 599')
  }
  const form = { pattern: /^[\w!#$%&'*+.^`|~-]+$/, form: 'the name of a header' }
  const resolved: Resolved = {
    statuses: new Set(Array.isArray(statuses) ? (statuses as readonly number[]) : []),
    deadlineHeader: read.value('deadlineHeader') === undefined ? '' : read.text('deadlineHeader', form),
    refuses: read.oneOf('unreplayableBody', ['refuse', 'send-once'], { fallback: 'refuse' }) === 'refuse',
    send: read.callback<typeof fetch>('fetch'),
  }
  read.done()
  return Object.freeze(resolved)
}
