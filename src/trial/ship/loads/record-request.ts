import type { RawResult, WireTimes } from '../../../load/raw-request.ts'
import type { RequestEvent, TrialOutcome } from '../../history/client-events.ts'
import type { LoadContext } from './load-context.ts'
import { NONCE_PATTERN, type PreparedRequest } from './prepare-request.ts'

interface Settled {
  readonly protocol: RequestEvent['protocol']
  readonly result: RawResult
  /** Instead of what the client says. */
  readonly outcome?: TrialOutcome
  /** On the scale of the clock, as `startedAt`. */
  readonly intendedAt: number
  readonly startedAt: number
  readonly connection: number
  readonly pod?: string
}

/** Writes down what became of a request. */
export function recordRequest(context: LoadContext, prepared: PreparedRequest, settled: Settled): RequestEvent {
  const { history, clock } = context
  const { result, connection, pod, protocol } = settled
  const { id, load, method, path, trace, nonce } = prepared
  const event: RequestEvent = {
    kind: 'request',
    at: history.at(clock.now()),
    id,
    load,
    protocol,
    method,
    path,
    intendedAt: history.at(settled.intendedAt),
    startedAt: history.at(settled.startedAt),
    outcome: settled.outcome ?? outcomeOf(result, nonce),
    connection,
    reuse: result.reuse,
    saidClose: result.saidClose,
    ...timesOf(result.wire, (clockMs) => history.at(clockMs)),
    ...(result.status === undefined ? {} : { status: result.status }),
    ...(result.bodyBytes === undefined ? {} : { bodyBytes: result.bodyBytes }),
    ...(result.errorCode === undefined ? {} : { errorCode: result.errorCode }),
    ...(trace === undefined ? {} : { trace }),
    ...(nonce === undefined ? {} : { nonce }),
    ...keptBodyOf(context, load, result),
    ...(pod === undefined ? {} : { pod }),
  }
  history.add(event)
  return event
}

/** Loads of many requests: of these, only errors are worth their bodies. */
const LOADS_OF_MANY: ReadonlySet<string> = new Set([
  'new',
  'keep-alive',
  'slow',
  'drip',
  'slow-reader',
  'slow-headers',
  'burn',
  'aborting',
  'http2',
  'distinct-query',
  'distinct-id',
  'distinct-path',
])

function keptBodyOf(context: LoadContext, load: string, { status = 0, body }: RawResult): Pick<RequestEvent, 'body'> {
  if (body === undefined || body.length === 0) return {}
  if (LOADS_OF_MANY.has(load) && (status < 400 || !context.mayKeepBody())) return {}
  return { body: body.toString('utf8') }
}

type Times = Pick<RequestEvent, 'firstByteAt' | 'headSentAt' | 'sentAt' | 'serverClosedAt'>

function timesOf(wire: WireTimes | undefined, at: (clockMs: number) => number): Times {
  const times: { -readonly [K in keyof Times]: Times[K] } = {}
  for (const name of ['firstByteAt', 'headSentAt', 'sentAt', 'serverClosedAt'] as const) {
    const clockMs = wire?.[name]
    if (clockMs !== undefined) times[name] = at(clockMs)
  }
  return times
}

/** An answer with the nonce of somebody else and not ours is not the answer to this request. */
function outcomeOf({ outcome, body }: RawResult, nonce: string | undefined): TrialOutcome {
  if (outcome !== 'answered' || nonce === undefined || body === undefined || body.length === 0) return outcome
  const found: readonly string[] = body.toString('latin1').match(NONCE_PATTERN) ?? []
  return found.length === 0 || found.includes(nonce) ? outcome : 'wrong-body'
}
