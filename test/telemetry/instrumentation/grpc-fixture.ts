import * as grpc from '@grpc/grpc-js'
import type { StoredSpan } from '../../../src/store/stored-item.ts'

/** `kind` of a span as it is sent. */
export const SERVER = 2
export const CLIENT = 3

const bytes = { serialize: (value: string) => Buffer.from(value), deserialize: (value: Buffer) => value.toString() }

function method(path: string, streams: { requestStream?: boolean; responseStream?: boolean } = {}) {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes.serialize,
    requestDeserialize: bytes.deserialize,
    responseSerialize: bytes.serialize,
    responseDeserialize: bytes.deserialize,
    ...streams,
  }
}

export const ORDERS = {
  Place: method('/shop.Orders/Place'),
  List: method('/shop.Orders/List', { responseStream: true }),
  Chat: method('/shop.Orders/Chat', { requestStream: true, responseStream: true }),
  /** Which no server has. */
  Missing: method('/shop.Orders/Missing'),
} as const

type Callback = (error: Partial<grpc.ServiceError> | null, value?: string) => void
export type UnaryCall = grpc.ServerUnaryCall<string, string>
export type StreamCall = grpc.ServerWritableStream<string, string>
export type DuplexCall = grpc.ServerDuplexStream<string, string>

export interface Handlers {
  readonly Place?: (call: UnaryCall, callback: Callback) => void
  readonly List?: (call: StreamCall) => void
  readonly Chat?: (call: DuplexCall) => void
}

export interface StartedGrpc extends AsyncDisposable {
  readonly port: number
  readonly target: string
}

/** A server of grpc-js on a free port. */
export async function startGrpc(handlers: Handlers, port = 0): Promise<StartedGrpc> {
  const server = new grpc.Server()
  const { Missing: _missing, ...definition } = ORDERS
  server.addService(definition, handlers as grpc.UntypedServiceImplementation)
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, value) => {
      if (error === null) resolve(value)
      else reject(error)
    })
  })
  return {
    port: bound,
    target: `127.0.0.1:${bound}`,
    async [Symbol.asyncDispose]() {
      server.forceShutdown()
    },
  }
}

type Unary = (...args: unknown[]) => grpc.ClientUnaryCall

export interface OrdersClient extends Disposable {
  /** The code of the answer, once it is there. */
  call(name: keyof typeof ORDERS, options?: grpc.CallOptions, metadata?: grpc.Metadata): Promise<number>
  /** The same for a call that is at hand. */
  begin(name: keyof typeof ORDERS, options?: grpc.CallOptions): { call: grpc.ClientUnaryCall; code: Promise<number> }
  readonly raw: grpc.Client & Record<string, (...args: unknown[]) => unknown>
}

/** A client of grpc-js, made by its own constructor of clients. */
export function createOrders(target: string, options: grpc.ClientOptions = {}): OrdersClient {
  const Client = grpc.makeGenericClientConstructor(ORDERS, 'shop.Orders')
  const raw = new Client(target, grpc.credentials.createInsecure(), options)
  const begin: OrdersClient['begin'] = (name, callOptions = {}) => {
    let call: grpc.ClientUnaryCall | undefined
    const code = new Promise<number>((resolve) => {
      call = (raw[name] as unknown as Unary).call(raw, 'order', callOptions, (error: grpc.ServiceError | null) =>
        resolve(error?.code ?? 0),
      )
    })
    return { call: call as unknown as grpc.ClientUnaryCall, code }
  }
  return {
    raw: raw as unknown as OrdersClient['raw'],
    begin,
    async call(name, callOptions = {}, metadata = new grpc.Metadata()) {
      return await new Promise<number>((resolve) => {
        ;(raw[name] as unknown as Unary).call(raw, 'order', metadata, callOptions, (error: grpc.ServiceError | null) =>
          resolve(error?.code ?? 0),
        )
      })
    },
    [Symbol.dispose]: () => raw.close(),
  }
}

/** Name, status and what was said of the status, of the spans of a kind. */
export function outcomes(spans: readonly StoredSpan[], kind: number): unknown[] {
  return spans
    .filter((span) => span.kind === kind)
    .map(({ name, status, attributes }) => [
      name,
      status.code,
      attributes['rpc.method'],
      attributes['rpc.status_code'],
      attributes['error.type'],
    ])
}
