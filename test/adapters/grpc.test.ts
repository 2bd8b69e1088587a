import {
  type Client,
  credentials,
  logVerbosity,
  makeGenericClientConstructor,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type ServiceDefinition,
  type ServiceError,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js'
import { HealthImplementation, service as healthService } from 'grpc-health-check'
import type { Service } from 'seaworthy'
import { attach, callSignal, fromGrpc, type GrpcOptions } from 'seaworthy/grpc'
import { expect, onTestFinished, test } from 'vitest'
import { selfSignedCertificate } from '../server/self-signed-certificate.ts'
import { until } from '../server/start-server.ts'
import { contractService } from './contract/start-kind.ts'

setLogVerbosity(logVerbosity.NONE)

const asIs = (value: Buffer): Buffer => value
const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  path,
  requestStream,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})

const SHOP: ServiceDefinition = {
  pay: method('/shop.Shop/Pay', false, false),
  watch: method('/shop.Shop/Watch', false, true),
  chat: method('/shop.Shop/Chat', true, true),
}

type Pay = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => void
type Watch = (call: ServerWritableStream<Buffer, Buffer>) => void

interface Handlers {
  readonly pay?: Pay
  readonly watch?: Watch
}

function shop({ pay, watch }: Handlers = {}): Server {
  const server = new Server()
  server.addService(SHOP, {
    pay: pay ?? ((_: unknown, answer: sendUnaryData<Buffer>) => answer(null, Buffer.from('paid'))),
    watch: watch ?? ((call: ServerWritableStream<Buffer, Buffer>) => call.end()),
    chat: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('data', (bytes: Buffer) => call.write(bytes))
      call.on('end', () => call.end())
    },
  })
  onTestFinished(() => server.forceShutdown())
  return server
}

interface Running {
  readonly service: Service
  readonly port: number
}

async function serve(
  server: Server,
  options: GrpcOptions & { drainDelayMs?: number; inFlightMs?: number } = {},
): Promise<Running> {
  const { drainDelayMs = 0, inFlightMs = 5000, ...grpc } = options
  const service = contractService({ drainDelayMs, inFlightMs })
  let port = 0
  const bindAsync = server.bindAsync.bind(server)
  server.bindAsync = (address, creds, callback) => {
    bindAsync(address, creds, (error, bound) => {
      port = bound
      callback(error, bound)
    })
  }
  attach(service, server, { port: 0, host: '127.0.0.1', credentials: ServerCredentials.createInsecure(), ...grpc })
  await service.start()
  onTestFinished(async () => void (await service.stop()))
  return { service, port }
}

function dial(target: string, channelCredentials = credentials.createInsecure(), options = {}): Client {
  const client = new (makeGenericClientConstructor(SHOP, 'Shop'))(target, channelCredentials, options)
  onTestFinished(() => client.close())
  return client
}

interface Outcome {
  readonly code: number
  readonly text?: string
  readonly details?: string
}

function pay(client: Client, deadlineMs = 10_000): Promise<Outcome> {
  return new Promise((resolve) => {
    const answered = (error: ServiceError | null, value?: Buffer): void => {
      resolve(error === null ? { code: 0, text: String(value) } : { code: error.code, details: error.details })
    }
    const options = { deadline: new Date(Date.now() + deadlineMs) }
    client.makeUnaryRequest('/shop.Shop/Pay', asIs, asIs, Buffer.from('1'), new Metadata(), options, answered)
  })
}

function watchCalls(client: Client): { readonly received: string[]; readonly ended: Promise<Outcome> } {
  const call = client.makeServerStreamRequest('/shop.Shop/Watch', asIs, asIs, Buffer.from(''))
  const received: string[] = []
  call.on('data', (bytes: Buffer) => received.push(String(bytes)))
  const ended = new Promise<Outcome>((resolve) => {
    call.on('error', () => {})
    call.on('status', ({ code, details }) => resolve({ code, details }))
  })
  return { received, ended }
}

test('a call in flight is answered, and the service ends clean, though its client would stay', async () => {
  let finish: (() => void) | undefined
  const { service, port } = await serve(
    shop({
      pay: (_, done) => {
        finish = () => done(null, Buffer.from('late'))
      },
    }),
  )
  const client = dial(`127.0.0.1:${port}`)
  const inFlight = pay(client)
  await until(() => finish !== undefined)
  const stopped = service.stop()
  finish?.()
  expect(await inFlight).toEqual({ code: status.OK, text: 'late' })
  expect(await stopped).toMatchObject({ clean: true, aborted: [] })
})

test('a rolling stop under load loses no call', async () => {
  const [first, second] = [
    await serve(shop({ pay: (_, done) => void setTimeout(() => done(null, Buffer.from('1')), 5) }), {
      drainDelayMs: 200,
    }),
    await serve(shop({ pay: (_, done) => void setTimeout(() => done(null, Buffer.from('2')), 5) })),
  ]
  const client = dial(`ipv4:127.0.0.1:${first.port},127.0.0.1:${second.port}`, credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  })
  const outcomes: Outcome[] = []
  let isOver = false
  const callers = Array.from({ length: 8 }, async () => {
    while (!isOver) outcomes.push(await pay(client))
  })
  const from = (text: string): number => outcomes.filter((each) => each.text === text).length
  await until(() => from('1') > 20 && from('2') > 20)
  expect(await first.service.stop()).toMatchObject({ clean: true, aborted: [] })
  const then = from('2')
  await until(() => from('2') > then + 50)
  isOver = true
  await Promise.all(callers)
  expect(outcomes.filter(({ code }) => code !== 0)).toEqual([])
}, 30_000)

test('a call that streams for ever has its signal at the soft deadline; without an ear it is cut, counted and named', async () => {
  const reasons: unknown[] = []
  let calls = 0
  const { service, port } = await serve(
    shop({
      watch: (call) => {
        calls++
        const signal = callSignal(call)
        call.write(Buffer.from('tick'))
        signal.addEventListener('abort', () => {
          reasons.push((signal.reason as { code?: string }).code)
          // Every second one listens.
          if (reasons.length === 1) call.end()
        })
      },
    }),
    { inFlightMs: 400 },
  )
  const client = dial(`127.0.0.1:${port}`)
  const watchers = [watchCalls(client), watchCalls(client)]
  await until(() => calls === 2 && watchers.every(({ received }) => received.length === 1))
  const report = await service.stop()
  const ends = await Promise.all(watchers.map(({ ended }) => ended))
  expect(reasons).toEqual(['SEA_REQUEST_SHUTDOWN', 'SEA_REQUEST_SHUTDOWN'])
  const codes = ends.map(({ code }) => code).toSorted((a, b) => a - b)
  expect(codes[0]).toBe(status.OK)
  // RST_STREAM and the end of the connection arrive together, and grpc-js may look at either first.
  expect([status.CANCELLED, status.UNAVAILABLE]).toContain(codes[1])
  expect(report.clean).toBe(false)
  expect(report.aborted.join()).toContain('/shop.Shop/Watch')
  expect(report.aborted).toHaveLength(1)
})

test('the signal of a call is aborted when its client cancels, and not by an answer', async () => {
  const signals: AbortSignal[] = []
  const { port } = await serve(
    shop({
      pay: (call, done) => {
        signals.push(callSignal(call))
        done(null, Buffer.from('ok'))
      },
      watch: (call) => void signals.push(callSignal(call)),
    }),
  )
  const client = dial(`127.0.0.1:${port}`)
  await pay(client)
  const call = client.makeServerStreamRequest('/shop.Shop/Watch', asIs, asIs, Buffer.from(''))
  call.on('error', () => {})
  await until(() => signals.length === 2)
  call.cancel()
  await until(() => signals[1]?.aborted === true)
  expect(signals[0]?.aborted).toBe(false)
  expect(signals[1]?.reason).toMatchObject({ code: 'SEA_REQUEST_CLIENT_GONE' })
})

test('health turns NOT_SERVING when the shutdown is announced, while calls are still served', async () => {
  const health = new HealthImplementation({ '': 'SERVING', 'shop.Shop': 'SERVING' })
  const server = shop()
  health.addToServer(server)
  const { service, port } = await serve(server, { drainDelayMs: 400, health, healthServices: ['shop.Shop'] })
  const client = dial(`127.0.0.1:${port}`)
  const check = (name: string) =>
    new Promise((resolve) => {
      const { path, requestSerialize, responseDeserialize } = healthService['Check'] as never as {
        path: string
        requestSerialize: (value: object) => Buffer
        responseDeserialize: (bytes: Buffer) => { status: string }
      }
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: name }, (error, value) =>
        resolve(error?.code ?? value?.status),
      )
    })
  expect(await check('')).toBe('SERVING')
  const stopped = service.stop()
  expect(await check('')).toBe('NOT_SERVING')
  expect(await check('shop.Shop')).toBe('NOT_SERVING')
  expect(await pay(client)).toMatchObject({ code: status.OK })
  expect(await stopped).toMatchObject({ clean: true })
})

test('a server that its application binds is adopted, before the start and after it', async () => {
  const [early, late] = [shop(), shop()]
  const bind = (server: Server): Promise<number> =>
    new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      )
    })
  const earlyPort = await bind(early)
  const service = contractService({ drainDelayMs: 0, inFlightMs: 5000 })
  attach(service, early, { name: 'early' })
  attach(service, late, { name: 'late' })
  const started = service.start()
  const latePort = await bind(late)
  await started
  const clients = [earlyPort, latePort].map((port) => dial(`127.0.0.1:${port}`))
  expect(await Promise.all(clients.map((client) => pay(client)))).toMatchObject([{ code: 0 }, { code: 0 }])
  const report = await service.stop()
  expect(report).toMatchObject({ clean: true, aborted: [] })
  expect(report.figures).toMatchObject({ early: { answered: 1 }, late: { answered: 1 } })
})

test('with TLS, a call that streams both ways goes on while the service waits for it', async () => {
  const { key, cert } = selfSignedCertificate()
  const { service, port } = await serve(shop(), {
    credentials: ServerCredentials.createSsl(null, [{ private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }]),
  })
  const client = dial(`localhost:${port}`, credentials.createSsl(Buffer.from(cert)))
  const chat = client.makeBidiStreamRequest('/shop.Shop/Chat', asIs, asIs)
  const said: string[] = []
  const ended = new Promise<number>((resolve) => void chat.on('status', ({ code }) => resolve(code)))
  chat.on('error', () => {}).on('data', (bytes: Buffer) => said.push(String(bytes)))
  chat.write(Buffer.from('one'))
  await until(() => said.length === 1)
  const stopped = service.stop()
  chat.write(Buffer.from('two'))
  await until(() => said.length === 2)
  chat.end()
  expect(await ended).toBe(status.OK)
  expect(await stopped).toMatchObject({ clean: true, aborted: [] })
})

// What a server can't prevent, https://github.com/grpc/grpc-node/issues/3068. When this fails, say so in the guide.
test('a client of grpc-js that pings gives up its calls with the first ping after a GOAWAY', async () => {
  const { service, port } = await serve(shop({ watch: (call) => void call.write(Buffer.from('tick')) }))
  const client = dial(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.keepalive_time_ms': 20 })
  const { received, ended } = watchCalls(client)
  await until(() => received.length === 1)
  const stopped = service.stop()
  expect(await ended).toEqual({ code: status.UNAVAILABLE, details: 'Connection dropped' })
  expect(await stopped).toMatchObject({ clean: true, aborted: [] })
})

test('mistakes are told at once: no credentials, a port that is taken, something else than a server', async () => {
  expect(() => fromGrpc(shop())).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  const { port } = await serve(shop())
  const service = contractService({ drainDelayMs: 0 })
  attach(service, shop(), { port, host: '127.0.0.1', credentials: ServerCredentials.createInsecure() })
  await expect(service.start()).rejects.toMatchObject({
    cause: expect.objectContaining({ code: 'SEA_LISTENER_PORT_TAKEN' }),
  })
  const stranger = { bindAsync() {}, tryShutdown() {}, forceShutdown() {} }
  expect(() => attach(contractService({ drainDelayMs: 0 }), stranger)).toThrow(
    expect.objectContaining({ code: 'SEA_LISTENER_NOT_LISTENABLE' }),
  )
})

test('on a version whose inner parts are not known, the end of grpc-js itself is used, with a limit', async () => {
  const ends: string[] = []
  const unknown = {
    bindAsync: (_: string, __: unknown, callback: (error: Error | null, port: number) => void) => callback(null, 4711),
    tryShutdown: (callback: () => void) => {
      ends.push('tried')
      callback()
    },
    forceShutdown: () => void ends.push('forced'),
  }
  const service = contractService({ drainDelayMs: 0 })
  attach(service, unknown, { port: 0, credentials: {} })
  await service.start()
  expect(await service.stop()).toMatchObject({ clean: true })
  expect(ends).toEqual(['tried'])
})

test('what it relies on in grpc-js is there', () => {
  const server = new Server() as unknown as { createHttp2Server?: unknown; http2Servers?: unknown }
  expect(typeof server.createHttp2Server).toBe('function')
  expect(server.http2Servers).toBeInstanceOf(Map)
})
