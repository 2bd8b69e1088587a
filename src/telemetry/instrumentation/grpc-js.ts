import { context, propagation } from '@opentelemetry/api'
import { isIP } from 'node:net'
import { nameGrpcStatus } from './grpc-status.ts'
import { parseGrpcTarget } from './host-and-port.ts'
import { whenPackageIsLoaded } from './loaded-packages.ts'
import { overrideMethod } from './override-method.ts'
import type { RpcClientCall } from './rpc-client-call.ts'
import type { RpcClientCalls, RpcServer } from './rpc-client-calls.ts'

/** As far as they are used here. @see https://grpc.github.io/grpc/node/ */
interface Metadata {
  get(key: string): readonly (string | Buffer)[]
  set(key: string, value: string): void
  clone(): Metadata
}
interface Listener {
  onReceiveMetadata(metadata: unknown): void
  onReceiveMessage(message: unknown): void
  onReceiveStatus(status: { readonly code: number }): void
}
interface Call {
  start(metadata: Metadata, listener: Listener): void
  getPeer(): string
}
interface Channel {
  getTarget(): string
}
type CreateCall = (this: Channel, path: string, ...args: unknown[]) => Call

/** How its clients begin to name themselves in `user-agent`, or end, where a user has put something before it. */
const USER_AGENT = 'grpc-node-js/'

export interface GrpcJsOptions {
  readonly calls: RpcClientCalls
  /** Whether somebody else makes the spans of gRPC calls; asked for each of them. */
  readonly isGrpcObserved: () => boolean
  readonly onProblem: (error: unknown) => void
}

/**
 * Observes the calls of `@grpc/grpc-js` where they are made. On the wire they are seen as well, but one that waits for a
 * connection is sent in the context of whoever has opened that, and one that never gets a connection is not sent at all.
 * Whatever a call is answered with arrives in the context that it was made in.
 */
export class GrpcJs {
  readonly #options: GrpcJsOptions
  readonly #servers = new WeakMap<Channel, RpcServer>()
  readonly #undo: (() => void)[] = []
  #isActive = true

  constructor(options: GrpcJsOptions) {
    this.#options = options
    const seen = new WeakSet()
    const hook = (exported: object): void => {
      const prototype: unknown = (exported as { Channel?: { prototype?: unknown } }).Channel?.prototype
      if (typeof prototype !== 'object' || prototype === null || seen.has(prototype)) return
      const createCall: unknown = Reflect.get(prototype, 'createCall')
      if (typeof createCall !== 'function') return
      seen.add(prototype)
      this.#undo.push(overrideMethod(prototype, 'createCall', this.#observed(createCall as CreateCall)))
    }
    const stop = whenPackageIsLoaded('@grpc/grpc-js', 'build/src/index.js', hook, options.onProblem)
    this.#undo.unshift(stop)
  }

  /** Whether a call is observed here, by the name that its client gives itself. */
  isCallObserved(userAgent: string | undefined): boolean {
    return this.#undo.length > 1 && userAgent?.includes(USER_AGENT) === true
  }

  stop(): void {
    this.#isActive = false
    for (const undo of this.#undo.splice(0)) undo()
  }

  #observed(createCall: CreateCall): CreateCall {
    const observe = (channel: Channel, path: string, call: Call): void => this.#observe(channel, path, call)
    const isActive = (): boolean => this.#isActive
    return function createCallObserved(this: Channel, ...args: Parameters<CreateCall>): Call {
      const call = createCall.apply(this, args)
      if (isActive()) observe(this, args[0], call)
      return call
    }
  }

  /** An interceptor may start it later and elsewhere, but it is made in the context of its caller. */
  #observe(channel: Channel, path: string, call: Call): void {
    const { onProblem } = this.#options
    const active = context.active()
    const start = call.start.bind(call)
    call.start = (metadata, listener) => {
      let observed: RpcClientCall | undefined
      let sent = metadata
      try {
        observed = context.with(active, () => this.#begin(path, this.#serverOf(channel), metadata))
        if (observed !== undefined && observed.headers.length > 0) sent = withHeaders(metadata, observed)
      } catch (error) {
        onProblem(error)
      }
      start(sent, {
        onReceiveMetadata: (received) => context.with(active, () => listener.onReceiveMetadata(received)),
        onReceiveMessage: (message) => context.with(active, () => listener.onReceiveMessage(message)),
        onReceiveStatus(status) {
          try {
            observed?.connected(parsePeer(call.getPeer()))
            observed?.end(nameGrpcStatus(status.code))
          } catch (error) {
            onProblem(error)
          }
          context.with(active, () => listener.onReceiveStatus(status))
        },
      })
    }
  }

  #begin(path: string, server: RpcServer, metadata: Metadata): RpcClientCall | undefined {
    const { calls, isGrpcObserved } = this.#options
    const read = (name: string): string | undefined => metadata.get(name)[0]?.toString()
    const isTraced = isGrpcObserved() && propagation.fields().some((name) => read(name) !== undefined)
    return isTraced ? calls.measure(path, server) : calls.start(path, server, read)
  }

  #serverOf(channel: Channel): RpcServer {
    let server = this.#servers.get(channel)
    if (server === undefined) {
      server = parseGrpcTarget(channel.getTarget())
      this.#servers.set(channel, server)
    }
    return server
  }
}

/** The caller's own metadata stays as it is: it may be used for other calls. */
function withHeaders(metadata: Metadata, { headers }: RpcClientCall): Metadata {
  const copy = metadata.clone()
  for (let at = 0; at < headers.length; at += 2) copy.set(headers[at] as string, headers[at + 1] as string)
  return copy
}

/** Before there is a connection, it is the target. */
function parsePeer(peer: string): { readonly remoteAddress: string; readonly remotePort: number } | undefined {
  const end = peer.lastIndexOf(':')
  const remoteAddress = peer.slice(0, end).replace(/^\[|\]$/g, '')
  return isIP(remoteAddress) === 0 ? undefined : { remoteAddress, remotePort: Number(peer.slice(end + 1)) }
}
