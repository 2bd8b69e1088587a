import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'

import { SeaworthyError } from '../core/seaworthy-error.ts'
import { trackHttpServer } from './http-drain.ts'
import { isHttp2Server } from './http2-server.ts'
import { trackNetServer } from './net-drain.ts'
import type { ServerDrain, ServerDrainOptions, TrackableServer } from './server-drain.ts'

/**
 * Starts to keep account of `server`, whatever it speaks; call it when the server is made, before it listens. What is
 * open already is found as far as Node lets it be found.
 *
 * @throws {@link SeaworthyError} `SEA_LISTENER_NOT_LISTENABLE` for a server of a kind that is not known
 */
export function trackServer(server: TrackableServer, options: ServerDrainOptions): ServerDrain {
  if (server instanceof HttpServer || server instanceof HttpsServer) return trackHttpServer(server, options)
  if (server instanceof NetServer && !isHttp2Server(server)) return trackNetServer(server, options)
  throw new SeaworthyError(
    'SEA_LISTENER_NOT_LISTENABLE',
    `"${options.name}" has a server of an unknown kind: ${server.constructor.name}`,
    { hint: 'Use a server of node:http or node:https.' },
  )
}
