import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { type handleUnaryCall, Server, ServerCredentials, status } from '@grpc/grpc-js'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { grpcHealthCheck } from '../../../src/health/checks/grpc-health-check.ts'
import { encodeHealthRequest, readServingStatus } from '../../../src/health/checks/grpc-health-message.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'
import { openSockets, reportOf, resultOf, socketsAreBackTo } from './run-check.ts'

const STATUS_BYTES: Readonly<Record<string, Buffer>> = {
  '': Buffer.from([8, 1]),
  'orders.v1.Orders': Buffer.from([8, 2]),
  unset: Buffer.alloc(0),
  gone: Buffer.from([8, 3]),
  long: Buffer.alloc(10_000),
  odd: Buffer.from([8, 9]),
}

/** A real server of gRPC; which status it tells of which service is the table above. */
async function serve(options: { without?: boolean; credentials?: ServerCredentials } = {}): Promise<string> {
  const server = new Server()
  const check: handleUnaryCall<{ name: string }, Buffer> = ({ request }, answer) => {
    const message = STATUS_BYTES[request.name]
    if (request.name === 'broken') answer({ code: status.INTERNAL, details: 'postgres://u:canary@db is away' })
    else if (message === undefined) answer({ code: status.NOT_FOUND, details: 'unknown service' })
    else answer(null, message)
  }
  const method = {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: ({ name }: { name: string }) => Buffer.from(name),
    requestDeserialize: (bytes: Buffer) => ({ name: bytes.subarray(2).toString() }),
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  } as const
  if (options.without !== true) server.addService({ check: method }, { check })
  const credentials = options.credentials ?? ServerCredentials.createInsecure()
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error))),
  )
  onTestFinished(() => server.forceShutdown())
  return `127.0.0.1:${port}`
}

test('a server that says SERVING is healthy', async () => {
  const target = await serve()

  for (const written of [target, `grpc://${target}`, `http://${target}`])
    expect(await reportOf(grpcHealthCheck(written))).toMatchObject({ status: 'healthy' })
})

test.each([
  ['orders.v1.Orders', 'says NOT_SERVING'],
  ['unset', 'says UNKNOWN'],
  ['gone', 'says SERVICE_UNKNOWN'],
  ['nobody', ': the server knows no such service'],
  ['broken', ': gRPC status 13 postgres://u:***@db is away'],
  ['odd', ': the answer is no answer of grpc.health.v1.Health'],
  ['long', ': the answer is no answer of grpc.health.v1.Health'],
])('of the service %s it tells why it is not healthy', async (service, why) => {
  const target = await serve()
  const { status: is, message } = await resultOf(grpcHealthCheck(target, { service }))

  expect(is).toBe('unhealthy')
  expect(message?.replace(`${target}/${service}`, '').trim()).toBe(why)
})

test('a server without the health service says so', async () => {
  const target = await serve({ without: true })

  expect(await resultOf(grpcHealthCheck(target))).toEqual({
    status: 'unhealthy',
    message: `${target}: the server has no service grpc.health.v1.Health`,
  })
})

test('over TLS a server has to be trusted', async () => {
  const { pem } = makeCertificate({ name: 'localhost', altNames: ['DNS:localhost', 'IP:127.0.0.1'] })
  const pair = { private_key: Buffer.from(pem.key), cert_chain: Buffer.from(pem.cert) }
  const target = await serve({ credentials: ServerCredentials.createSsl(null, [pair]) })

  expect(await resultOf(grpcHealthCheck(`grpcs://${target}`, { tls: { ca: pem.cert } }))).toEqual({ status: 'healthy' })
  expect(await resultOf(grpcHealthCheck(`grpcs://${target}`))).toEqual({
    status: 'unhealthy',
    message: expect.stringContaining(`${target}: self-signed certificate`) as string,
  })
})

test('what refuses, and what speaks something else, is unhealthy and ends', async () => {
  const server = createHttpServer((_, response) => response.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const before = openSockets()

  expect(await resultOf(grpcHealthCheck(target))).toMatchObject({ status: 'unhealthy' })
  await socketsAreBackTo(before)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect(await resultOf(grpcHealthCheck(target))).toEqual({
    status: 'unhealthy',
    message: `${target}: connect ECONNREFUSED ${target}`,
  })
})

test('what does not answer is given up with the signal, and keeps no descriptor', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const before = openSockets()
  const abort = new AbortController()
  const running = resultOf(grpcHealthCheck(`127.0.0.1:${(server.address() as AddressInfo).port}`), abort.signal)
  await new Promise((resolve) => server.once('connection', resolve))

  abort.abort()

  expect(await running).toMatchObject({ status: 'unhealthy' })
  await socketsAreBackTo(before)
})

test.each(['', 'host', 'grpc://u:canary@', 'ftp://host:1', ':50051', 42])('%j is refused at once', (target) => {
  expect(() => grpcHealthCheck(target as string)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: 'grpcHealthCheck(): the first argument names no host and port',
    }),
  )
})

test('whatever bytes come, they are a status or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const serving = readServingStatus(Buffer.from(bytes))
      expect([undefined, 'UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']).toContain(serving)
    }),
  )
})

test('a request says how long it is, also when the name takes two bytes to count', () => {
  for (const length of [0, 1, 127, 128, 300]) {
    const request = encodeHealthRequest('x'.repeat(length))
    expect(request.readUInt32BE(1)).toBe(request.length - 5)
    expect(request.toString('latin1').endsWith('x'.repeat(length))).toBe(true)
  }
  expect(encodeHealthRequest('x'.repeat(300)).subarray(5, 8)).toEqual(Buffer.from([0x0a, 0xac, 0x02]))
})
