import { context, createContextKey } from '@opentelemetry/api'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type Duration, DURATION_FORM, parseDuration } from '../../core/duration.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'

/** What a deadline is kept under in a context. */
export const DEADLINE_KEY: symbol = createContextKey('seaworthy.deadline')

/** A moment until which an answer is of use to whoever asked. */
export class Deadline {
  readonly #clock: Clock
  readonly #atMs: number

  constructor(clock: Clock, inMs: number) {
    this.#clock = clock
    this.#atMs = clock.now() + inMs
  }

  /** Milliseconds that are left: 0 once it has passed. */
  leftMs(): number {
    return Math.max(0, this.#atMs - this.#clock.now())
  }
}

/** The deadline of what runs now: of the innermost policy or {@link withDeadline} around it. */
export function activeDeadline(): Deadline | undefined {
  const found = context.active().getValue(DEADLINE_KEY)
  return found instanceof Deadline ? found : undefined
}

/** The earlier of the active deadline and one `inMs` from now. */
export function earliestDeadline(clock: Clock, inMs: number): Deadline {
  const outer = activeDeadline()
  return outer !== undefined && outer.leftMs() <= inMs ? outer : new Deadline(clock, inMs)
}

/**
 * Runs `work` with a deadline: no policy in it waits longer. It never prolongs a deadline around it. It stops nothing by
 * itself, and it goes where the OpenTelemetry context goes, so a context manager has to be registered, as `createService()`
 * and `createTelemetry()` do.
 *
 * @param within how long from now; what a request says of it is read by {@link readDeadline}
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for what is no duration
 *
 * @example
 * app.get('/quote', (request) => withDeadline(readDeadline(request.get('x-envoy-expected-rq-timeout-ms'), '2s'), quote))
 */
export function withDeadline<T>(within: Duration, work: () => T, clock: Clock = systemClock): T {
  const ms = toMs('withDeadline(): the first argument', within)
  return context.with(context.active().setValue(DEADLINE_KEY, earliestDeadline(clock, ms)), work)
}

/**
 * How much time a request says that it has left: the milliseconds that its header has, never more than `limit`. Where it
 * is missing or says anything else, `limit`: whoever writes headers must neither prolong anything nor make it fail.
 *
 * @param header the value of the header, such as `resilientFetch()` sends it by `deadlineHeader`
 * @param limit what holds without the header
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a limit that is no duration
 */
export function readDeadline(header: unknown, limit: Duration): number {
  const limitMs = toMs('readDeadline(): the second argument', limit)
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Math.min(Number(header), limitMs) : limitMs
}

function toMs(what: string, value: Duration): number {
  const ms = parseDuration(value)
  if (ms !== undefined) return ms
  throw new SeaworthyError('SEA_OPTIONS_INVALID', `${what} is no duration`, { hint: `Give ${DURATION_FORM}.` })
}
