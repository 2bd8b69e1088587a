import { sleep } from '../../../core/wait.ts'
import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { ClientConnection } from './client-connection.ts'
import { keepInFlight } from './in-flight.ts'
import type { LoadContext } from './load-context.ts'
import { speaksHttp2Only } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/** Between two lines of a head: often enough for a connection that would be closed when nothing passes. */
const LINE_EVERY_MS = 1000
/** Whoever is sent away comes back so long after it came, at the earliest. */
const COMES_BACK_MS = 1000
/** Within it the first ones begin. */
const SPREAD_MS = 300
/** Longer than any voyage: when it ends is the service's to say. */
const PATIENCE_MS = 60 * 60 * 1000

/** What {@link sendEndlessHeaders} is told. */
export interface SlowHeadersOptions extends RequestShape {
  readonly connections: number
}

/**
 * Requests whose headers never end (Slowloris): a line more each second, until the service closes the connection or the load
 * ends, and then another. A service that speaks HTTP/2 only gets none: headers are frames there.
 */
export function sendEndlessHeaders(context: LoadContext, options: SlowHeadersOptions): ActiveLoad {
  if (speaksHttp2Only(context)) return new ActiveLoad()
  return keepInFlight(context, {
    inFlight: options.connections,
    cadenceMs: COMES_BACK_MS,
    spreadMs: SPREAD_MS,
    send: (load) => sendEndlessHead(context, options, load),
  })
}

async function sendEndlessHead(context: LoadContext, options: SlowHeadersOptions, load: ActiveLoad): Promise<void> {
  const { clock } = context
  const { method, path, headers } = options.route ??
    context.facts.routes[0] ?? { method: 'GET', path: '/', headers: {} }
  const shape = { trace: 'none', timeoutMs: PATIENCE_MS, ...options, route: { method, path, headers } } as const
  const prepared = prepareRequest(context, 'slow-headers', shape)
  const connection = new ClientConnection(context, 'slow-headers')
  const { settled, write } = connection.begin(prepared, clock.now())
  const over = new AbortController()
  const whenOver = settled.then(() => over.abort())
  load.onSendingEnds(() => connection.giveUp())
  const whole = connection.encode(prepared)
  // Without the empty line that would be the end of it.
  write(whole.subarray(0, whole.length - 2))
  for (let line = 1; !over.signal.aborted; line++) {
    await sleep(clock, LINE_EVERY_MS, { signal: over.signal })
    if (!over.signal.aborted) write(Buffer.from(`X-Seaworthy-${line}: and so on\r\n`))
  }
  await whenOver
  connection.close()
}
