import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { HealthChecker } from '../../../src/health/health-checker.ts'
import { tcpCheck } from '../../../src/health/checks/tcp-check.ts'

async function listen(host = '127.0.0.1') {
  const server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => void server.listen(0, host, resolve))
  onTestFinished(() => void server.close())
  return { server, port: (server.address() as AddressInfo).port }
}

async function statusOf(target: string) {
  const health = new HealthChecker().register({ name: 'it', timeout: '5s', check: tcpCheck(target) })
  return (await health.checkHealth()).checks['it']
}

test.each([
  (port: number) => `127.0.0.1:${port}`,
  (port: number) => `http://127.0.0.1:${port}/v1/traces`,
  (port: number) => `grpc://u:p@127.0.0.1:${port}`,
])('what accepts connections is healthy, whatever way its address is written (%#)', async (write) => {
  const { port } = await listen()

  expect(await statusOf(write(port))).toMatchObject({ status: 'healthy' })
})

test('the connection is closed again', async () => {
  const { server, port } = await listen()
  const closed = new Promise<void>((resolve) =>
    server.once('connection', (socket) => socket.resume().once('close', () => resolve())),
  )

  await statusOf(`127.0.0.1:${port}`)

  await expect(closed).resolves.toBeUndefined()
})

test('what refuses connections is unhealthy, and the message says where', async () => {
  const { server, port } = await listen()
  await new Promise((resolve) => server.close(resolve))

  expect(await statusOf(`127.0.0.1:${port}`)).toMatchObject({
    status: 'unhealthy',
    message: `connect ECONNREFUSED 127.0.0.1:${port}`,
  })
})

test('an attempt ends with the signal of its check', async () => {
  const abort = new AbortController()
  // Reserved for documentation: nobody answers there.
  const attempt = tcpCheck('192.0.2.1:9')({ signal: abort.signal })

  abort.abort()

  await expect(attempt).rejects.toThrow()
})

test('default ports of http and https, and IPv6 addresses, are understood', () => {
  for (const target of [
    'http://collector',
    'https://collector/x',
    '[::1]:4317',
    'http://[::1]:4318',
    'collector:4317',
  ]) {
    expect(() => tcpCheck(target)).not.toThrow()
  }
})

test.each([
  '',
  'collector',
  ':4317',
  'grpc://collector',
  'collector:0',
  'collector:99999',
  'a b:1',
  'postgres://u:canary@',
])('%j is refused at once, without being repeated', (target) => {
  expect(() => tcpCheck(target)).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: 'tcpCheck(): the target names no host and port' }),
  )
})

test('with options it is a definition, which can be registered as it is', async () => {
  const { port } = await listen()
  const health = new HealthChecker()
    .register(tcpCheck(`127.0.0.1:${port}`, { critical: false }))
    .register(tcpCheck(`127.0.0.1:${port}`, { name: 'relay' }))

  expect((await health.checkHealth()).checks).toMatchObject({
    [`127.0.0.1:${port}`]: { status: 'healthy', critical: false },
    relay: { status: 'healthy', critical: true },
  })
})
