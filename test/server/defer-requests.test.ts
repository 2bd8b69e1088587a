import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestListener } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { deferRequests } from '../../src/server/defer-requests.ts'
import { startDrainedServer, startServer, until } from './start-server.ts'

const GET = 'GET /get HTTP/1.1\r\nHost: a\r\n\r\n'
const POST = 'POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc'
const CHUNKED = 'PUT /put HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'

/** A handler that reads its request in a context of its own, as telemetry gives it one, and what its listeners found. */
function readingInContext(): { readonly handler: RequestListener; readonly seen: string[] } {
  const store = new AsyncLocalStorage<string>()
  const seen: string[] = []
  const handler: RequestListener = (request, response) => {
    store.run(`context of ${request.url}`, () => {
      const note = (event: string) => void seen.push(`${request.url} ${event}: ${store.getStore() ?? 'none'}`)
      request.on('data', () => note('data'))
      request.on('end', () => {
        note('end')
        response.end('ok')
      })
    })
  }
  return { handler, seen }
}

/** Sends the bytes in one packet and waits for the answers. */
async function send(port: number, bytes: string, answers: number): Promise<void> {
  const socket = connectTcp({ port, host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  let text = ''
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')))
  socket.write(bytes)
  await until(() => text.split('HTTP/1.1 200').length - 1 === answers)
}

test('in a drain a listener of a request without a body runs in the context of its handler', async () => {
  const { handler, seen } = readingInContext()
  const { drain, port } = await startDrainedServer(handler)
  drain.startDraining()
  await send(port, GET, 1)
  expect(seen).toEqual(['/get end: context of /get'])
})

test.for([
  { name: 'a body of known length', bytes: POST, answers: 1 },
  { name: 'a chunked body', bytes: CHUNKED, answers: 1 },
  { name: 'several requests in one packet', bytes: GET + POST + GET + CHUNKED + GET, answers: 5 },
])('$name is read in the contexts and the order of a server that does not drain', async ({ bytes, answers }) => {
  const bare = readingInContext()
  await send((await startServer(bare.handler)).port, bytes, answers)
  const ours = readingInContext()
  const { drain, port } = await startDrainedServer(ours.handler)
  drain.startDraining()
  await send(port, bytes, answers)
  expect(ours.seen).toEqual(bare.seen)
})

test('requests that were held back are read in the contexts of their handlers', async () => {
  const { handler, seen } = readingInContext()
  const { server, port } = await startServer(handler)
  let arrived = 0
  const deferred = deferRequests(server, () => ++arrived > 0)
  onTestFinished(() => deferred.end())
  deferred.hold()
  const sent = send(port, GET + CHUNKED, 2)
  await until(() => arrived === 2)
  expect(seen).toEqual([])
  deferred.release()
  await sent
  expect(seen).toContain('/get end: context of /get')
  expect(seen).toContain('/put end: context of /put')
})
