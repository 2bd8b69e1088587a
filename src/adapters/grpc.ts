/**
 * A server of `@grpc/grpc-js` as a listener of a service.
 *
 * @module
 */
import { createServer } from 'node:net'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import {
  type ApplicationHooks,
  type AttachOptions,
  type Bound,
  type Handle,
  SeaworthyError,
  type SelfListeningApplication,
  type Service,
  signalOf,
  type ListenTarget,
} from 'seaworthy'
import { answerErrorsOf } from './grpc/answer-errors.ts'
import { streamOf } from './grpc/call-stream.ts'
import { type AttachKind, checkApplication, checkAttach, hasMethods } from './options/runtime-checks.ts'

type AnyHttp2Server = Http2Server | Http2SecureServer

/** As much of a `Server` of `@grpc/grpc-js` as this needs. */
export interface GrpcServer {
  // oxlint-disable-next-line typescript/no-explicit-any -- the credentials are a class of grpc-js, which is not loaded here
  bindAsync(port: string, credentials: any, callback: (error: Error | null, port: number) => void): void
  tryShutdown(callback: (error?: Error) => void): void
  forceShutdown(): void
}

/** As much of the `HealthImplementation` of `grpc-health-check` as this needs. */
export interface GrpcHealth {
  // oxlint-disable-next-line typescript/method-signature-style -- it takes a narrower type of status
  setStatus(service: string, status: 'SERVING' | 'NOT_SERVING'): void
}

/** What {@link fromGrpc} and {@link attach} take about gRPC itself. */
export interface GrpcOptions {
  /** `ServerCredentials` of `@grpc/grpc-js`: `grpc.ServerCredentials.createInsecure()`, or those with a certificate. */
  readonly credentials?: object
  /**
   * Turned to NOT_SERVING when a shutdown is announced, so that clients and balancers that look there go elsewhere
   * while everything is still served.
   *
   * @default none
   */
  readonly health?: GrpcHealth
  /** The services that are turned besides the server as a whole, which is `""`. @default none */
  readonly healthServices?: readonly string[]
}

/** Servers of grpc-js that were prepared, with what they open. */
const opened = new WeakMap<GrpcServer, OpenedServers>()

/**
 * Makes a gRPC server a listener: `start: () => fromGrpc(server, { credentials })`. The service binds it by `bindAsync`.
 *
 * Its calls are streams of HTTP/2 and are drained as such: clients are told by GOAWAY, calls in flight are finished,
 * those that are on the wire are served or refused in a way that lets gRPC send them again, and reports name them by
 * their method. `tryShutdown()` of grpc-js, which can wait for ever for a client that does not leave, is not needed; it is
 * what is used, with a limit, on a version of grpc-js whose inner parts are not known here.
 *
 * What a method throws, rejects with, or hands to its callback ends the call with a status that holds no internals: see
 * {@link answerErrors}.
 */
export function fromGrpc(server: GrpcServer, options: GrpcOptions = {}): SelfListeningApplication {
  checkApplication(SERVER, 'fromGrpc()', server)
  answerErrors(server)
  const { credentials } = options
  if (credentials === undefined) {
    throw new SeaworthyError('SEA_OPTIONS_INVALID', 'a gRPC server is bound with credentials, and none were given', {
      hint: 'Pass credentials: grpc.ServerCredentials.createInsecure(), or those with a certificate.',
    })
  }
  const servers = openedBy(server)
  return {
    ...orderlyEnd(server, options),
    ...(servers === undefined ? { close: async () => endByItself(server) } : {}),
    async listen(where) {
      const port = await bind(server, addressOf(where), credentials, where.port)
      // A listener without a server would have nothing to show; this one never listens.
      return { host: where.host ?? '::', port, servers: servers?.listening ?? [createServer()] }
    },
  }
}

/**
 * Gives a gRPC server that exists to `service`, which drains it. With `port`, the service binds it with `credentials`.
 * Without, call `bindAsync()` as before: before the start or after it.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'orders' })
 * attach(service, server, { port: 50051, credentials: grpc.ServerCredentials.createInsecure() })
 * await service.run()
 * ```
 */
export function attach<Config>(
  service: Service<Config>,
  server: GrpcServer,
  options: Omit<AttachOptions, 'probes'> & GrpcOptions = {},
): Handle<Bound> {
  checkAttach(SERVER, service, server, options)
  const { credentials, health, healthServices, name = 'grpc', ...where } = options
  const own = {
    ...(credentials === undefined ? {} : { credentials }),
    ...(health === undefined ? {} : { health }),
    ...(healthServices === undefined ? {} : { healthServices }),
  }
  if (where.port !== undefined) {
    const application = fromGrpc(server, own)
    return service.listener(name, { ...where, start: () => application })
  }
  return service.listener(name, {
    ...where,
    adopt(adopt) {
      const servers = openedBy(server)
      if (servers === undefined) throw unknownServer()
      servers.follow(adopt)
    },
    start: () => orderlyEnd(server, own),
  })
}

/**
 * The signal of a call: aborted when the client has gone or cancelled it, and at the soft deadline of a shutdown. A call
 * that streams for ever ends itself on it, with a status of its own choice.
 */
export function callSignal(call: object): AbortSignal {
  const stream = streamOf(call)
  if (stream !== undefined) return signalOf(stream)
  // A call that does not look as expected, such as one made up for a test, still tells of its client.
  const controller = new AbortController()
  const { cancelled, once } = call as {
    readonly cancelled?: boolean
    once?: (event: string, listener: () => void) => void
  }
  if (cancelled === true) controller.abort()
  else once?.call(call, 'cancelled', () => controller.abort())
  return controller.signal
}

/**
 * Lets what the methods of `server` throw, also by a rejected promise, hand to their callback, or emit on their stream
 * end the call with a status: a bare `{ code, details }` as it is; an error with a code of gRPC by that code, with its
 * text where the code speaks of what was asked (NOT_FOUND, INVALID_ARGUMENT, …); an {@link HttpProblem} and its like by
 * the code that comes closest; all others with INTERNAL and the id of the trace. Without it, a rejected promise ends the
 * process, and an error in a callback sends its message. {@link fromGrpc} does it by itself; for a server that is
 * attached, call it before or after the services are added.
 */
export function answerErrors(server: GrpcServer): void {
  answerErrorsOf(server)
}

const SERVER: AttachKind = {
  module: 'seaworthy/grpc',
  expected: 'a Server of @grpc/grpc-js',
  fits: (server) => hasMethods(server, 'bindAsync', 'tryShutdown', 'forceShutdown'),
  own(read) {
    read.value('credentials')
    const health = read.value('health')
    if (health !== undefined && !hasMethods(health, 'setStatus'))
      read.problem('"health" must be a HealthImplementation of grpc-health-check')
    read.list('healthServices', { fallback: [] })
    if (read.value('probes') !== undefined) read.problem('"probes" are HTTP: a gRPC server can\'t answer them')
  },
}

function orderlyEnd(server: GrpcServer, { health, healthServices = [] }: GrpcOptions): ApplicationHooks {
  return {
    announce() {
      for (const service of ['', ...healthServices]) health?.setStatus(service, 'NOT_SERVING')
    },
    // Everything has ended by now; this is for the timers of the library and for what it tells about itself.
    close: () => server.forceShutdown(),
  }
}

/** What grpc-js does not show: the servers of Node that it opens, one for each address that it binds. */
class OpenedServers {
  readonly #servers = new Set<AnyHttp2Server>()
  readonly #followers = new Set<(server: AnyHttp2Server) => void>()

  get listening(): readonly AnyHttp2Server[] {
    return [...this.#servers].filter(({ listening }) => listening)
  }

  /** Calls `callback` for each that listens, now or later: before it has accepted a connection. */
  follow(callback: (server: AnyHttp2Server) => void): void {
    this.#followers.add(callback)
    for (const server of this.listening) callback(server)
  }

  add(server: AnyHttp2Server): void {
    if (this.#servers.has(server)) return
    this.#servers.add(server)
    server.prependOnceListener('close', () => this.#servers.delete(server))
    server.prependOnceListener('listening', () => {
      for (const callback of this.#followers) callback(server)
    })
  }
}

/** The two inner parts of a server of grpc-js that this relies on; a test holds them against the installed version. */
interface Internals {
  createHttp2Server?: (...args: unknown[]) => AnyHttp2Server
  readonly http2Servers?: ReadonlyMap<AnyHttp2Server, unknown>
}

/** `undefined` when the server is none whose inner parts are known. */
function openedBy(server: GrpcServer): OpenedServers | undefined {
  const known = opened.get(server)
  if (known !== undefined) return known
  const inside = server as GrpcServer & Internals
  const { createHttp2Server: create } = inside
  if (typeof create !== 'function' || !(inside.http2Servers instanceof Map)) return undefined
  const servers = new OpenedServers()
  opened.set(server, servers)
  for (const each of inside.http2Servers.keys()) servers.add(each as AnyHttp2Server)
  inside.createHttp2Server = (...args) => {
    const made = create.apply(server, args)
    servers.add(made)
    return made
  }
  return servers
}

function unknownServer(): SeaworthyError {
  return new SeaworthyError('SEA_LISTENER_NOT_LISTENABLE', 'This is no server of @grpc/grpc-js that is known here', {
    hint: 'Pass what new grpc.Server() of @grpc/grpc-js 1.10 or newer returned, or give attach() a port.',
  })
}

/** How long grpc-js may take for its own end before it is forced, in milliseconds: most of the slice for stops. */
const OWN_END_MS = 3000

function endByItself(server: GrpcServer): Promise<void> {
  return new Promise((resolve) => {
    const limit = AbortSignal.timeout(OWN_END_MS)
    limit.addEventListener('abort', () => {
      server.forceShutdown()
      resolve()
    })
    server.tryShutdown(() => resolve())
  })
}

function addressOf({ host = '::', port }: ListenTarget): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function bind(server: GrpcServer, address: string, credentials: object, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) resolve(bound)
      else reject(toBindError(error, address, port))
    })
  })
}

function toBindError(cause: Error, address: string, port: number): SeaworthyError {
  if (cause.message.includes('EADDRINUSE')) {
    return new SeaworthyError('SEA_LISTENER_PORT_TAKEN', `The gRPC server can't have ${address}: it is taken`, {
      hint: `Stop the process that holds port ${port}, or set another port; 0 takes any free one.`,
      cause,
    })
  }
  return new SeaworthyError(
    'SEA_LISTENER_BIND_FAILED',
    `The gRPC server can't be bound to ${address}: ${cause.message}`,
    {
      hint: 'Look at the cause of this error.',
      cause,
    },
  )
}
