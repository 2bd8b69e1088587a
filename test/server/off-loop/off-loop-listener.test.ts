import { expect, onTestFinished, test } from 'vitest'
import { Forwarder } from '../../../src/server/off-loop/forwarder.ts'
import { OffLoopListener } from '../../../src/server/off-loop/off-loop-listener.ts'
import type { ForwardedRequest, FromOffLoop } from '../../../src/server/off-loop/off-loop-messages.ts'
import { probesForTest } from '../probes-for-test.ts'
import { openConnection, until } from '../start-server.ts'

/** The listener of the thread, in this one: what it would tell the main thread is kept. */
async function startListener() {
  const told: FromOffLoop[] = []
  const state = { isStuck: false }
  const forwarder = new Forwarder(
    (message) => void told.push(message),
    () => state.isStuck,
  )
  const listener = new OffLoopListener({
    probes: probesForTest(),
    forwarder,
    port: 0,
    host: '127.0.0.1',
    details: 'never',
    token: 's3cret',
    onError: () => {},
  })
  const { port } = await listener.listen()
  onTestFinished(() => void listener.close(0))
  const forwarded = () => told.filter((message): message is ForwardedRequest => message.kind === 'request')
  return { listener, forwarder, port, told, forwarded, state }
}

const TOKEN = { Authorization: 'Bearer s3cret' }

test('a body is read of those who may, for a page that takes one, and is handed on with the verdict', async () => {
  const { forwarder, port, forwarded } = await startListener()
  const requests = [
    { method: 'PUT', path: '/-/log-levels', headers: TOKEN, body: '{"x":1}' },
    { method: 'PUT', path: '/-/log-levels', headers: {}, body: '{"x":1}' },
    { method: 'DELETE', path: '/-/log-levels', headers: TOKEN, body: '{"x":1}' },
  ]
  for (const [index, request] of requests.entries()) {
    const answer = openConnection(port).request(request)
    await until(() => forwarded().length > index)
    forwarder.answer(forwarded()[index]?.id as number, { status: 204, body: '' })
    expect(await answer).toMatchObject({ status: 204 })
  }
  expect(forwarded().map(({ method, body, mayKnow }) => [method, body, mayKnow])).toEqual([
    ['PUT', '{"x":1}', true],
    ['PUT', '', false],
    ['DELETE', '', true],
  ])
})

test('a body that nobody asked for, that is too large or no text is refused here', async () => {
  const { port, told } = await startListener()
  const put = (path: string, body: string | Buffer) =>
    openConnection(port).request({ method: 'PUT', path, headers: TOKEN, body })
  expect(await put('/metrics', 'x')).toMatchObject({ status: 413, saidClose: true })
  expect(await put('/-/log-levels', 'x'.repeat(16_385))).toMatchObject({ status: 413, saidClose: true })
  expect(await put('/-/log-levels', Buffer.from([0xff, 0xfe]))).toMatchObject({ status: 400 })
  expect(told).toEqual([])
})

test('256 requests wait for the main thread at a time; one more is 503 at once', async () => {
  const { forwarder, port, forwarded } = await startListener()
  const connection = openConnection(port)
  const answers = Array.from({ length: 257 }, () => connection.expect())
  connection.send('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(257))
  await until(() => forwarded().length === 256)
  for (const { id } of forwarded()) forwarder.answer(id, { status: 200 })
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(256)
  expect(statuses.at(-1)).toBe(503)
})

test('while the main thread is stuck, what it would answer is 503 at once', async () => {
  const { port, told, state } = await startListener()
  state.isStuck = true
  expect(await openConnection(port).request({ path: '/metrics' })).toMatchObject({ status: 503 })
  expect(await openConnection(port).request({ path: '/livez' })).toMatchObject({ status: 200 })
  expect(told).toEqual([])
})

test('the main thread is told of a client that has gone, and its answer goes nowhere', async () => {
  const { forwarder, port, told, forwarded } = await startListener()
  const connection = openConnection(port)
  void connection.request({ path: '/metrics' })
  await until(() => forwarded().length === 1)
  connection.close()
  const { id } = forwarded()[0] as ForwardedRequest
  await until(() => told.some((message) => message.kind === 'gone' && message.id === id))
  forwarder.answer(id, { status: 200 })
  expect(await openConnection(port).request({ path: '/livez' })).toMatchObject({ status: 200 })
})

test('close waits for what is under way, says that its connection ends, and ends what is only kept', async () => {
  const { listener, forwarder, port, forwarded } = await startListener()
  const kept = openConnection(port)
  await kept.request({ path: '/livez' })
  const answer = openConnection(port).request({ path: '/metrics' })
  await until(() => forwarded().length === 1)
  const closed = listener.close(60_000)
  await until(() => !kept.isUsable)
  forwarder.answer(forwarded()[0]?.id as number, { status: 200 })
  expect(await answer).toMatchObject({ status: 200, saidClose: true })
  expect(await closed).toMatchObject({ clean: true, cutCount: 0 })
})

test('what is not answered at the limit of a close is cut, and counted', async () => {
  const { listener, port, forwarded } = await startListener()
  const connection = openConnection(port)
  const answer = connection.request({ path: '/metrics' })
  await until(() => forwarded().length === 1)
  expect(await listener.close(50)).toMatchObject({ clean: false, cutCount: 1 })
  expect((await answer).status).toBeUndefined()
})

test('whoever comes while it closes is answered, and told that the connection ends', async () => {
  const { listener, forwarder, port, forwarded } = await startListener()
  const waiting = openConnection(port).request({ path: '/metrics' })
  const late = openConnection(port)
  await late.connect()
  await until(() => forwarded().length === 1)
  const closed = listener.close(60_000)
  expect(await late.request({ path: '/livez' })).toMatchObject({ status: 200, saidClose: true })
  forwarder.answer(forwarded()[0]?.id as number, { status: 200 })
  await waiting
  expect(await closed).toMatchObject({ clean: true })
})
