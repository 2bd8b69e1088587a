import type { TrackableServer } from '../server/server-drain.ts'
import type { SheddingOptions } from '../server/shedding/shedding-options.ts'
import type { Duration } from '../core/duration.ts'
import type { Bound, Handle, ListenerDefinition } from './component.ts'
import { type AttachKind, checkAttach } from './attach-options.ts'
import type { Service } from './service.ts'
import { isServer } from './to-application.ts'

/** What {@link attach} may be told. */
export interface AttachOptions {
  /** What log and report call it; one application may attach several servers, each by a name of its own. @default "http" */
  readonly name?: string
  /** Lets the service bind the server, 0 to any free port. @default the application calls `listen` itself, or has */
  readonly port?: number
  /** Where to bind, with `port` only. @default all interfaces */
  readonly host?: string
  /** Whether the probes are answered on this port, too, besides the admin port; HTTP only. @default false */
  readonly probes?: boolean
  /** As {@link ListenerDefinition.shedding} of a listener. @default what `createService()` was given */
  readonly shedding?: SheddingOptions | boolean
  /** How long the start waits until the server listens. @default "30s" */
  readonly startTimeout?: Duration
}

/**
 * Gives a server of an existing application an orderly end. The application keeps its shape and its own `listen`;
 * connections and requests that are open already, or open before the start, are in the account.
 *
 * What it can't do: requests that were pipelined behind another one before the call are answered, but unknown to the
 * account, so that a shutdown which begins before that does not wait for them. Handlers of SIGTERM that the application has itself still run: one that calls
 * `process.exit` or `server.close()` cuts the drain short. Components that a request needs are not waited for: a server
 * that listens before the start is served before they are up. If the configuration is refused, the process ends at once,
 * with whatever the server has in flight.
 *
 * @example
 * ```ts
 * const server = http.createServer(app).listen(3000)
 * const service = createService({ name: 'shop' })
 * attach(service, server)
 * await service.run()
 * ```
 * @returns its handle; its value is where the server listens
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`; `SEA_LIFECYCLE_STARTED` after the start;
 * `SEA_LISTENER_CLAIMED` for a server that is attached already. The start fails with `SEA_LISTENER_SILENT` if the
 * server does not listen in time.
 */
export function attach<Config>(
  service: Service<Config>,
  server: TrackableServer,
  options: AttachOptions = {},
): Handle<Bound> {
  checkAttach(SERVER, service, server, options)
  const { name = 'http', probes = false, port, host } = options
  const definition: ListenerDefinition<Config> = {
    start: () => ({ server }),
    probes,
    ...(port === undefined ? { adopt: (adopt) => adopt(server) } : { port }),
    ...(host === undefined ? {} : { host }),
    ...(options.shedding === undefined ? {} : { shedding: options.shedding }),
    ...(options.startTimeout === undefined ? {} : { startTimeout: options.startTimeout }),
  }
  return service.listener(name, definition)
}

const SERVER: AttachKind = {
  module: 'seaworthy',
  expected: 'a server of Node, such as http.createServer() or app.listen() return',
  fits: isServer,
}
