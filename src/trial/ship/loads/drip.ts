import { sleep } from '../../../core/wait.ts'
import type { Route } from '../../facts.ts'
import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { ClientConnection } from './client-connection.ts'
import { keepInFlight } from './in-flight.ts'
import type { LoadContext } from './load-context.ts'
import { speaksHttp2Only } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/** Pieces of a body, when it has as many bytes. */
const PIECE_COUNT = 10
/** Of a route without a body. */
const PADDING = '{"seaworthy":"trial"}'

/** What {@link drip} is told. */
export interface DripOptions extends RequestShape {
  readonly inFlight: number
  readonly lastMs: number
}

/**
 * Uploads whose head goes out at once with the first piece of the body, so that the service has begun with them, and whose
 * body is complete after `lastMs`. A service that answers before the end has answered. One that speaks HTTP/2 only gets none:
 * a piece of a body is another matter there.
 */
export function drip(context: LoadContext, options: DripOptions): ActiveLoad {
  if (speaksHttp2Only(context)) return new ActiveLoad()
  const { lastMs } = options
  return keepInFlight(context, {
    inFlight: options.inFlight,
    cadenceMs: lastMs,
    spreadMs: Math.min(lastMs / 2, 500),
    send: () => sendDripped(context, options),
  })
}

async function sendDripped(context: LoadContext, options: DripOptions): Promise<void> {
  const { clock } = context
  const route = withBody(options.route ?? context.facts.upload ?? { ...firstRoute(context), method: 'POST' })
  const prepared = prepareRequest(context, 'drip', { ...options, route })
  const connection = new ClientConnection(context, 'drip')
  const begunAt = clock.now()
  const { settled, write } = connection.begin(prepared, begunAt)
  const over = new AbortController()
  const whenOver = settled.then(() => over.abort())
  const bytes = connection.encode(prepared)
  const bodyBytes = Buffer.byteLength(route.body)
  const bodyAt = bytes.length - bodyBytes
  const pieceCount = Math.max(2, Math.min(PIECE_COUNT, bodyBytes))
  let sentBytes = 0
  for (let piece = 0; piece < pieceCount; piece++) {
    if (piece > 0) {
      const dueAt = begunAt + (options.lastMs * piece) / (pieceCount - 1)
      await sleep(clock, Math.max(0, dueAt - clock.now()), { signal: over.signal })
    }
    if (over.signal.aborted) break
    const end = bodyAt + Math.round((bodyBytes * (piece + 1)) / pieceCount)
    write(bytes.subarray(sentBytes, end))
    sentBytes = end
  }
  await whenOver
  connection.close()
}

function firstRoute({ facts }: LoadContext): Route {
  return facts.routes[0] ?? { method: 'GET', path: '/', headers: {} }
}

function withBody(route: Route): Route & { readonly body: string } {
  if (route.body !== undefined && route.body !== '') return { ...route, body: route.body }
  return { ...route, headers: { 'Content-Type': 'application/json', ...route.headers }, body: PADDING }
}
