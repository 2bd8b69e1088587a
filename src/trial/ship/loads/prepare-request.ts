import type { Random } from '../../../load/random.ts'
import type { RawRequest } from '../../../load/raw-request.ts'
import type { Route } from '../../facts.ts'
import type { RequestEvent } from '../../history/client-events.ts'
import type { RequestShape } from '../loads.ts'
import type { LoadContext } from './load-context.ts'

/** A request that is ready to be sent, with what its event will say of it. */
export interface PreparedRequest {
  readonly id: number
  readonly load: string
  readonly method: string
  /** Without the nonce. */
  readonly path: string
  readonly request: RawRequest
  readonly trace?: RequestEvent['trace']
  readonly nonce?: string
}

/** The parameter of the query that carries the nonce. */
const NONCE_PARAMETER = 'seaworthy-nonce'

/** What a nonce looks like. */
export const NONCE_PATTERN = /swn[\da-f]{16}/g

/** The next request of a load: its route in its turn, with a trace context and a nonce of its own. */
export function prepareRequest(context: LoadContext, load: string, shape: RequestShape): PreparedRequest {
  const { random } = context
  const route = shape.route ?? routeInTurn(context)
  const headers: Record<string, string> = { ...route.headers, ...shape.headers }
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === 'traceparent')
  const trace = shape.trace === 'none' || isGiven ? undefined : makeTrace(random, shape.trace !== 'not-sampled')
  if (trace !== undefined) {
    headers['traceparent'] = `00-${trace.traceId}-${trace.spanId}-${trace.isSampled ? '01' : '00'}`
  }
  const nonce = shape.nonce === true ? `swn${hex(random, 2)}` : undefined
  return {
    id: context.nextRequestId(),
    load,
    method: route.method,
    path: route.path,
    request: {
      method: route.method,
      path: nonce === undefined ? route.path : withQuery(route.path, nonce),
      headers,
      ...(route.body === undefined ? {} : { body: route.body }),
      ...(shape.timeoutMs === undefined ? {} : { timeoutMs: shape.timeoutMs }),
    },
    ...(trace === undefined ? {} : { trace }),
    ...(nonce === undefined ? {} : { nonce }),
  }
}

function routeInTurn(context: LoadContext): Route {
  const { routes } = context.facts
  return routes[context.nextTurn() % routes.length] ?? { method: 'GET', path: '/', headers: {} }
}

function withQuery(path: string, nonce: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${NONCE_PARAMETER}=${nonce}`
}

function makeTrace(random: Random, isSampled: boolean): NonNullable<RequestEvent['trace']> {
  return { traceId: hex(random, 4), spanId: hex(random, 2), isSampled }
}

/** So many times 32 bits; never zeros only, which a trace context may not be. */
function hex(random: Random, words: number): string {
  const text = Array.from({ length: words }, () => random.bits().toString(16).padStart(8, '0')).join('')
  return /^0+$/.test(text) ? hex(random, words) : text
}
