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
type ToHeaders = (this: Metadata) => object

/** On the headers of what a copy of it sends whose calls are observed where they are made. */
const OBSERVED = Symbol('seaworthy.grpc.observed')

/**
 * Whether the call that is sent with these headers is observed already. Another copy in the same process, such as one that
 * a bundler has swallowed, looks the same from without.
 */
export function isCallObserved(headers: object | undefined): boolean {
  return headers !== undefined && OBSERVED in headers
}

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
      const channel = methodOf<CreateCall>(exported, 'Channel', 'createCall')
      const metadata = methodOf<ToHeaders>(exported, 'Metadata', 'toHttp2Headers')
      if (channel === undefined || metadata === undefined || seen.has(channel.prototype)) return
      seen.add(channel.prototype)
      this.#undo.push(
        overrideMethod(channel.prototype, 'createCall', this.#observed(channel.method)),
        overrideMethod(metadata.prototype, 'toHttp2Headers', marking(metadata.method)),
      )
    }
    const stop = whenPackageIsLoaded('@grpc/grpc-js', 'build/src/index.js', hook, options.onProblem)
    this.#undo.unshift(stop)
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

function methodOf<M extends object>(
  exported: object,
  className: string,
  name: string,
): { readonly prototype: object; readonly method: M } | undefined {
  const prototype: unknown = (Reflect.get(exported, className) as { prototype?: unknown } | undefined)?.prototype
  if (typeof prototype !== 'object' || prototype === null) return undefined
  const method: unknown = Reflect.get(prototype, name)
  return typeof method === 'function' ? { prototype, method: method as unknown as M } : undefined
}

function marking(toHeaders: ToHeaders): ToHeaders {
  return function toHeadersMarked(this: Metadata): object {
    return Object.assign(toHeaders.call(this), { [OBSERVED]: true })
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
