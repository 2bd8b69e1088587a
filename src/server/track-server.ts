import type { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { trackHttpServer } from './http-drain.ts'
import { trackHttp2Server } from './http2-drain.ts'
import { type AnyHttp2Server, isHttp2Server } from './http2-server.ts'
import { JointDrain } from './joint-drain.ts'
import { trackNetServer } from './net-drain.ts'
import type { ServerDrain, ServerDrainOptions, TrackableServer } from './server-drain.ts'
import { isHttpServer, isTlsServer } from './server-kind.ts'

/**
 * Starts to keep account of `server`, whatever it speaks; call it when the server is made, before it listens. What is
 * open already is found as far as Node lets it be found.
 *
 * @throws {@link SeaworthyError} `SEA_LISTENER_NOT_LISTENABLE` for a server of a kind that is not known
 */
export function trackServer(server: TrackableServer, options: ServerDrainOptions): ServerDrain {
  if (isHttpServer(server)) return trackHttpServer(server, options)
  if (isHttp2Server(server)) return trackHttp2AndMore(server, options)
  if (server instanceof NetServer) return trackNetServer(server, options)
  throw new SeaworthyError(
    'SEA_LISTENER_NOT_LISTENABLE',
    `"${options.name}" has a server of an unknown kind: ${(server as object).constructor.name}`,
    { hint: 'Use a server of node:http, node:https, node:http2, node:net or node:tls.' },
  )
}

/**
 * With TLS, a connection speaks HTTP/2 only once both sides have agreed on it. Whatever else is there is in the hands of
 * the drain of HTTP/1.1: connections of that protocol (`allowHTTP1`), unfinished handshakes, other protocols.
 */
function trackHttp2AndMore(server: AnyHttp2Server, options: ServerDrainOptions): ServerDrain {
  if (!isTlsServer(server)) return trackHttp2Server(server, options)
  const http2 = trackHttp2Server(server, { ...options, finishRest: (how) => rest.finish(how) })
  // For what it uses of a server, this is one of node:https.
  const rest: ServerDrain = trackHttpServer(server as unknown as HttpsServer, {
    ...options,
    closeListenerOnly: () => http2.closeListenerOnly(),
  })
  return new JointDrain([http2, rest])
}
