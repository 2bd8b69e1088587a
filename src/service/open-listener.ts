import { SeaworthyError } from '../core/seaworthy-error.ts'
import { type BoundAddress, boundAddress, toBoundAddress } from '../server/bound-address.ts'
import { listen } from '../server/listen.ts'
import type { TrackableServer } from '../server/server-drain.ts'
import { AdoptedServer } from './adopted-server.ts'
import type { ComponentHost } from './component-host.ts'
import type { Application, Listening, SelfListeningApplication } from './listenable.ts'
import type { ServerGroup } from './server-group.ts'
import { isServer } from './to-application.ts'

export interface OpenOptions {
  readonly name: string
  /** Where to listen; absent when nobody said. */
  readonly port: number | undefined
  readonly host: string | undefined
  readonly signal: AbortSignal
}

/**
 * Brings a listener up: binds its server, adopts one that listens already, or lets the application listen by itself.
 *
 * @throws {@link SeaworthyError} when it can't be bound, or listens elsewhere than it should
 */
export async function openListener(
  host: ComponentHost<unknown>,
  group: ServerGroup,
  application: Application,
  options: OpenOptions,
): Promise<BoundAddress> {
  const { name, port = 0, host: address, signal } = options
  if (application.server === undefined) return openByItself(group, application, options)
  const { server } = application
  group.track(server)
  if (server.listening) {
    const bound = boundAddress(server)
    if (port !== 0 && port !== bound.port) throw elsewhere(name, port, bound)
    return new AdoptedServer(server, host, name).whenListening(signal)
  }
  return listen(server, { name, port, host: address, signal, onError: (error) => host.fatal(name, error) })
}

async function openByItself(
  group: ServerGroup,
  application: SelfListeningApplication,
  { name, port = 0, host, signal }: OpenOptions,
): Promise<BoundAddress> {
  const where = host === undefined ? { port } : { port, host }
  const listening = await application.listen?.(where, { signal })
  if (!isListening(listening)) throw wrongAnswer(name)
  for (const server of listening.servers) group.track(server)
  return toBoundAddress('http', listening.host, listening.port)
}

function isListening(value: Partial<Listening> | undefined): value is Listening {
  const { host, port, servers } = value ?? {}
  const isWhere = typeof host === 'string' && typeof port === 'number'
  return isWhere && Array.isArray(servers) && servers.length > 0 && (servers as TrackableServer[]).every(isServer)
}

function wrongAnswer(name: string): SeaworthyError {
  return new SeaworthyError(
    'SEA_LISTENER_NOT_LISTENABLE',
    `listen of the application of listener "${name}" must return { host, port, servers } with at least one server of Node`,
    { hint: 'Use the adapter of your framework, or return its server from start.' },
  )
}

function elsewhere(name: string, port: number, bound: BoundAddress): SeaworthyError {
  return new SeaworthyError(
    'SEA_LISTENER_BIND_FAILED',
    `Listener "${name}" can't be bound to port ${port}: its server listens already, on ${bound.url}`,
    { hint: 'Hand over a server that has not been told to listen, or leave out the port.' },
  )
}
