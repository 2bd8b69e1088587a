import {
  Client,
  credentials,
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { Readable, type Writable } from 'node:stream'
import { answerErrors, callSignal, fromGrpc } from 'seaworthy/grpc'
import { HttpProblem } from 'seaworthy/problem'
import { expect, onTestFinished, test } from 'vitest'
import { quietService } from '../service/open-service.ts'
import { CANARY, secretError } from './errors/deeds.ts'

const asIs = (value: Buffer): Buffer => value
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/errors.Deeds/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})

/** As the types of grpc-js forbid them, and people write them: with a promise. */
type Unary = (...given: Parameters<handleUnaryCall<Buffer, Buffer>>) => unknown
type Streams = (call: Parameters<handleServerStreamingCall<Buffer, Buffer>>[0]) => unknown
type Talks = (call: Parameters<handleBidiStreamingCall<Buffer, Buffer>>[0]) => unknown

const { promise: left, resolve: hasLeft } = Promise.withResolvers<void>()
const { promise: begun, resolve: hasBegun } = Promise.withResolvers<void>()

const UNARY: Readonly<Record<string, Unary>> = {
  sync: () => {
    throw secretError()
  },
  rejects: async () => {
    throw secretError()
  },
  rejectsWithNull: async () => {
    throw null
  },
  callback: (_call, done) => done(secretError()),
  upstream: (_call, done) => done(Object.assign(new Error(CANARY), { code: status.UNAVAILABLE, details: CANARY })),
  notFound: (_call, done) => done(Object.assign(new Error('no such order'), { code: status.NOT_FOUND })),
  bare: (_call, done) => done({ code: status.INTERNAL, details: 'said on purpose' }),
  problem: async () => {
    throw new HttpProblem(403, 'not yours')
  },
  late: async () => {
    throw new DOMException('x', 'TimeoutError')
  },
  fine: (_call, done) => done(null, Buffer.from('fine')),
  leaves: async (call: Parameters<Unary>[0]) => {
    const signal = callSignal(call)
    hasBegun()
    await once(signal, 'abort').finally(hasLeft)
    throw signal.reason
  },
}

const streams: Streams = async (call) => {
  call.write(Buffer.from('first'))
  throw secretError()
}
const emits: Streams = (call) => void call.emit('error', secretError())
const pipes: Streams = async (call) => {
  await pipeline(Readable.from(failing()), call as unknown as Writable)
}
const talks: Talks = async (call) => {
  for await (const _message of call) throw secretError()
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.from('first')
  throw secretError()
}

async function open(build: (server: Server, add: () => void) => void): Promise<Client> {
  const server = new Server()
  const definition = {
    ...Object.fromEntries(Object.keys(UNARY).map((name) => [name, method(name, false, false)])),
    streams: method('streams', false, true),
    emits: method('emits', false, true),
    pipes: method('pipes', false, true),
    talks: method('talks', true, true),
  }
  build(server, () => server.addService(definition, { ...UNARY, streams, emits, pipes, talks }))
  const service = quietService()
  const rpc = service.listener('rpc', {
    start: () => fromGrpc(server, { credentials: ServerCredentials.createInsecure() }),
  })
  await service.start()
  const client = new Client(`127.0.0.1:${service.address(rpc)?.port}`, credentials.createInsecure())
  onTestFinished(async () => {
    client.close()
    await service.stop()
  })
  return client
}

function ask(client: Client, name: string): Promise<{ code: number; details: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; details: string }>()
  client.makeUnaryRequest(`/errors.Deeds/${name}`, asIs, asIs, Buffer.from('x'), new Metadata(), (error, answer) => {
    if (error === null) resolve({ code: 0, details: String(answer) })
    else resolve({ code: error.code, details: error.details })
  })
  return promise
}

async function listen(client: Client, name: string): Promise<{ code: number; details: string; got: string }> {
  const call =
    name === 'talks'
      ? client.makeBidiStreamRequest(`/errors.Deeds/${name}`, asIs, asIs)
      : client.makeServerStreamRequest(`/errors.Deeds/${name}`, asIs, asIs, Buffer.from('x'))
  if (name === 'talks') (call as unknown as Writable).write(Buffer.from('x'))
  let got = ''
  call.on('data', (bytes: Buffer) => (got += String(bytes)))
  const [error] = (await once(call, 'error')) as [ServiceError]
  return { code: error.code, details: error.details, got }
}

test.each([
  ['sync', status.INTERNAL, 'Internal error'],
  ['rejects', status.INTERNAL, 'Internal error'],
  ['rejectsWithNull', status.INTERNAL, 'Internal error'],
  ['callback', status.INTERNAL, 'Internal error'],
  ['upstream', status.UNAVAILABLE, 'Unavailable'],
  ['notFound', status.NOT_FOUND, 'no such order'],
  ['bare', status.INTERNAL, 'said on purpose'],
  ['problem', status.PERMISSION_DENIED, 'not yours'],
  ['late', status.DEADLINE_EXCEEDED, 'Deadline exceeded'],
  ['fine', status.OK, 'fine'],
])('a method that ends by %s: the client gets %s, %s', async (name, code, details) => {
  const client = await open((_server, add) => add())
  expect(await ask(client, name)).toEqual({ code, details })
})

test.each([
  ['streams', 'first'],
  ['emits', ''],
  ['pipes', 'first'],
  ['talks', ''],
])('a stream that fails by %s ends with INTERNAL, after what was sent', async (name, got) => {
  const client = await open((_server, add) => add())
  expect(await listen(client, name)).toEqual({ code: status.INTERNAL, details: 'Internal error', got })
})

test('methods that are added afterwards are answered for, too, and none twice', async () => {
  const client = await open((server, add) => {
    answerErrors(server)
    answerErrors(server)
    add()
  })
  expect(await ask(client, 'rejects')).toEqual({ code: status.INTERNAL, details: 'Internal error' })
})

test('a client that cancels is no error, and the next call is answered', async () => {
  const client = await open((_server, add) => add())
  const call = client.makeUnaryRequest('/errors.Deeds/leaves', asIs, asIs, Buffer.from('x'), () => {})
  await begun
  call.cancel()
  await left
  expect(await ask(client, 'fine')).toEqual({ code: 0, details: 'fine' })
})
