import { type Counter, metrics, type MeterProvider, SpanStatusCode, trace } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import { describeKind } from '../../core/option-reader.ts'
import { type BoundaryHost, boundaryHostOf } from '../boundary-host.ts'
import { requestName } from '../request-name.ts'

/** What became of a request whose handler failed. */
export type FailureOutcome =
  /** It was answered with the problem. */
  | 'answered'
  /** Its answer had begun, and was cut. */
  | 'cut'
  /** Its answer was complete, or its client had left: nothing could be said about it. */
  | 'unanswered'
  /** Its client had left, and nothing else had failed. */
  | 'client_gone'

/** One failure of one request. */
export interface Failure {
  readonly error: unknown
  readonly outcome: FailureOutcome
  /** Of the answer that says it; `undefined` where none can. */
  readonly status: number | undefined
  /** Whether the error was meant for the client. */
  readonly isExpected: boolean
}

let counter: { readonly provider: MeterProvider; readonly failures: Counter } | undefined

/**
 * Tells of a failure in one line of the log of the listener, on the active span, and in the count. Telling never fails
 * itself. For adapters of protocols that have answers of their own; {@link answerProblem} does it.
 *
 * @param request as much of it as is known: the listener is found by its socket or stream, its name by method and URL
 */
export function reportFailure(request: IncomingMessage, failure: Failure): void {
  const host = boundaryHostOf(request)
  const isOurFault = failure.outcome !== 'client_gone' && !failure.isExpected
  if (isOurFault) quietly(() => tellSpan(failure.error))
  if (isOurFault || failure.outcome === 'client_gone' || (failure.status ?? 0) >= 500)
    quietly(() => count(host?.name, failure))
  if (host !== undefined) quietly(() => tellLog(host, request, failure))
}

function tellLog({ log, routeOf }: BoundaryHost, request: IncomingMessage, failure: Failure): void {
  const { error, outcome, status, isExpected } = failure
  const name = requestName(request, routeOf)
  const fields = { outcome, request: name, ...(status === undefined ? {} : { status }) }
  if (outcome === 'client_gone') {
    log.debug({ event: 'request.client_gone', ...fields }, `${name}: the client has left`)
    return
  }
  const err = asError(error)
  if (!isExpected) {
    log.error({ event: 'request.failed', ...fields, err }, `${name} failed${ENDS[outcome]}`)
    return
  }
  const line = { event: 'request.refused', ...fields, err }
  if ((status ?? 0) >= 500) log.warn(line, `${name} was refused with ${status}`)
  else log.debug(line, `${name} was refused with ${status}`)
}

const ENDS: Readonly<Record<FailureOutcome, string>> = {
  answered: '',
  cut: ', and its answer was cut',
  unanswered: ', and there was nobody or nothing left to answer',
  client_gone: '',
}

function tellSpan(error: unknown): void {
  const span = trace.getActiveSpan()
  if (span?.isRecording() !== true) return
  span.recordException(asError(error))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** Anything can be thrown; what is no error has no stack, so that of this place has to do. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`${describeKind(error)} was thrown`, { cause: error })
}

/** Meters have no proxy: one that was asked for before the telemetry started would never record. */
function count(listener: string | undefined, { outcome, status }: Failure): void {
  const provider = metrics.getMeterProvider()
  if (counter?.provider !== provider) {
    const failures = provider.getMeter('seaworthy').createCounter('seaworthy.request.failures', {
      description: 'Requests whose handler failed, by what became of them.',
      unit: '{request}',
    })
    counter = { provider, failures }
  }
  counter.failures.add(1, {
    outcome,
    ...(listener === undefined ? {} : { listener }),
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
  })
}

function quietly(tell: () => void): void {
  try {
    tell()
  } catch {
    // Broken telemetry costs a line, never the answer.
  }
}
