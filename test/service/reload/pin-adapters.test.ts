import { Client, credentials, type handleUnaryCall, Server, ServerCredentials, status } from '@grpc/grpc-js'
import express from 'express'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fromExpress } from 'seaworthy/express'
import { fromGrpc } from 'seaworthy/grpc'
import { withWebSockets } from 'seaworthy/ws'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { gate } from '../open-service.ts'
import { reloadingService } from './reloading-service.ts'

const asIs = (value: Buffer): Buffer => value

test('a call of gRPC sees one configuration, and one that fails counts as an error of the change', async () => {
  await using running = await reloadingService({
    reload: { watch: false, debounce: 10, postCheck: { window: '20s', interval: 20, ready: false } },
  })
  const { service } = running
  const began = gate()
  const goOn = gate()
  const server = new Server()
  server.addService(
    {
      ask: {
        path: '/orders.Orders/Ask',
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    {
      ask: ((call, done) => {
        const first = service.config.version
        if (String(call.request) === 'quick') {
          if (first === 2) done({ code: status.INTERNAL })
          else done(null, Buffer.from(String(first)))
          return
        }
        began.resolve()
        const answerLate = async (): Promise<void> => {
          await goOn.promise
          done(null, Buffer.from(`${first} ${service.config.version}`))
        }
        void answerLate()
      }) satisfies handleUnaryCall<Buffer, Buffer>,
    },
  )
  const listener = service.listener('grpc', {
    host: '127.0.0.1',
    start: () => fromGrpc(server, { credentials: ServerCredentials.createInsecure() }),
  })
  await service.start()
  const client = new Client(`127.0.0.1:${service.address(listener)?.port}`, credentials.createInsecure())
  const ask = (what: string): Promise<string> =>
    new Promise((resolve) => {
      client.makeUnaryRequest('/orders.Orders/Ask', asIs, asIs, Buffer.from(what), (error, answer) =>
        resolve(error === null ? String(answer) : String(error.code)),
      )
    })
  const slow = ask('slow')
  await began.promise
  for (let count = 0; count < 10; count++) expect(await ask('quick')).toBe('1')
  let isOver = false
  const reloading = running.change({ version: 2 }).finally(() => (isOver = true))
  const answers = new Set<string>()
  while (!isOver) answers.add(await ask('quick'))
  goOn.resolve()
  expect(await reloading).toMatchObject({
    outcome: 'rolled_back',
    reason: expect.stringContaining('check "error rate" failed'),
  })
  expect([...answers].sort()).toEqual(['1', String(status.INTERNAL)])
  expect(await slow).toBe('1 1')
  client.close()
})

test('a request to Express does, behind a parser of bodies', async () => {
  await using running = await reloadingService()
  const { service, change } = running
  const began = gate()
  const app = express()
  app.use((request, _response, next) => {
    Object.assign(request, { first: service.config.version })
    began.resolve()
    next()
  })
  app.use(express.json())
  app.post('/', (request, response) => {
    response.send(`${(request as unknown as { first: number }).first} ${service.config.version}`)
  })
  const web = service.listener('web', { host: '127.0.0.1', start: () => fromExpress(app) })
  await service.start()
  const body = Promise.withResolvers<Uint8Array>()
  const answer = fetch(service.address(web)?.url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: ReadableStream.from(
      (async function* () {
        yield new TextEncoder().encode('{')
        yield await body.promise
      })(),
    ),
    duplex: 'half',
  })
  await began.promise
  await change({ version: 2 })
  body.resolve(new TextEncoder().encode('}'))
  expect(await (await answer).text()).toBe('1 1')
})

test('messages of a WebSocket see the newest, compressed ones too, and one that is told to be one piece of work the one of its beginning', async () => {
  await using running = await reloadingService()
  const { service, change } = running
  const began = gate()
  const goOn = gate()
  const server = createServer()
  const sockets = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } })
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      if (data.toString() !== 'slow') {
        socket.send(String(service.config.version))
        return
      }
      void service.pinConfig(async () => {
        const first = service.config.version
        began.resolve()
        await goOn.promise
        socket.send(`${first} ${service.config.version}`)
      })
    })
  })
  const web = service.listener('web', { host: '127.0.0.1', start: () => withWebSockets(sockets) })
  await service.start()
  const client = new WebSocket(`ws://127.0.0.1:${service.address(web)?.port}`)
  await once(client, 'open')
  const answer = async (): Promise<string> => String(((await once(client, 'message')) as [Buffer])[0])
  client.send('quick')
  expect(await answer()).toBe('1')
  client.send('slow')
  await began.promise
  await change({ version: 2 })
  client.send('quick')
  expect(await answer()).toBe('2')
  goOn.resolve()
  expect(await answer()).toBe('1 1')
  client.close()
})
