import type { ServerHttp2Session } from 'node:http2'
import type { CountKeeper } from './counts.ts'
import type { ResolvedReceiverOptions } from './options.ts'

/** What all streams of a connection together may send before it has been read. */
const SESSION_WINDOW_BYTES = 4 * 1024 * 1024

/** Sets the limits of an HTTP/2 connection: it must begin in time, keep to the protocol, and not idle for ever. */
export function guardHttp2Session(
  session: ServerHttp2Session,
  options: ResolvedReceiverOptions,
  counts: CountKeeper,
): void {
  if (session.destroyed) return
  session.setLocalWindowSize(SESSION_WINDOW_BYTES)
  session.setTimeout(options.idleTimeoutMs, () => session.close())
  // The opening of a client is not complete without its settings.
  const cancel = options.clock.schedule(
    options.headersTimeoutMs,
    () => {
      counts.error('silentConnection')
      session.destroy()
    },
    { keepAlive: false },
  )
  session.once('remoteSettings', cancel)
  session.once('close', cancel)
  session.once('error', () => counts.error('badHttp2'))
}
