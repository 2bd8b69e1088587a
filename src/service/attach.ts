import { OptionReader } from '../core/option-reader.ts'
import type { TrackableServer } from '../server/server-drain.ts'
import type { Duration } from '../core/duration.ts'
import type { Bound, Handle, ListenerDefinition } from './component.ts'
import { Service } from './service.ts'
import { adapterOf, isServer } from './to-application.ts'

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
  const read = new OptionReader(options, 'attach()')
  const name = read.text('name', { fallback: 'http' })
  const port = read.integer('port', { fallback: -1, min: 0, max: 65_535 })
  const host = read.text('host', { fallback: '' })
  const probes = read.boolean('probes', { fallback: false })
  read.value('startTimeout')
  if (!(service instanceof Service)) read.problem('the first argument must be what createService() returned')
  if (!isServer(server)) {
    read.problem('the second argument must be a server of Node, such as http.createServer() or app.listen() return')
  } else if (port >= 0 && server.listening) read.problem(`"port" is ${port}, but the server listens already`)
  if (port < 0 && host !== '') read.problem('"host" needs "port": without it the application listens by itself')
  read.done('SEA_OPTIONS_INVALID', isServer(server) ? undefined : hintFor(server))
  const definition: ListenerDefinition<Config> = {
    start: () => ({ server }),
    probes,
    ...(port < 0 ? { adopt: (adopt) => adopt(server) } : { port }),
    ...(host === '' ? {} : { host }),
    ...(options.startTimeout === undefined ? {} : { startTimeout: options.startTimeout }),
  }
  return service.listener(name, definition)
}

/** An application of a framework is the likeliest mistake: its adapter has an `attach` of the same name. */
function hintFor(target: unknown): string {
  const adapter = adapterOf(target)
  return `Import attach from ${adapter ?? "your framework's adapter, such as seaworthy/express"}, or pass the server that listen() returned.`
}
