import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { certificateCheck } from '../../../src/health/checks/certificate-check.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'
import { openSockets, reportOf, resultOf, socketsAreBackTo } from './run-check.ts'

const END = new Date('2030-06-30T12:00:00Z')
const daysBefore = (days: number) => (): Date => new Date(END.getTime() - days * 86_400_000)

const { pem, signer } = makeCertificate({ name: 'orders', altNames: ['DNS:localhost'], until: END })

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-certificate-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'tls.pem')
  writeFileSync(file, text)
  return file
}

test.each([
  [31, undefined],
  [29, '"orders" ends in 29 days, on 2030-06-30'],
  [14, 'urgent: "orders" ends in 14 days, on 2030-06-30'],
  [1.5, 'urgent: "orders" ends in 1 day, on 2030-06-30'],
  [0.1, 'urgent: "orders" ends in 3 h, on 2030-06-30'],
])('%d days before its end a certificate is said to end: %j', async (days, says) => {
  const file = fileWith(pem.key + pem.cert)

  expect(await resultOf(certificateCheck({ file }, { timeOfDay: daysBefore(days) }))).toEqual(
    says === undefined ? { status: 'healthy' } : { status: 'degraded', message: `certificate ${file}: ${says}` },
  )
})

test('a certificate that has ended, or has not begun, is unhealthy', async () => {
  const file = fileWith(pem.cert)

  expect(await reportOf(certificateCheck({ file }, { timeOfDay: daysBefore(0) }))).toMatchObject({
    status: 'unhealthy',
    message: `certificate ${file}: "orders" has ended on 2030-06-30`,
  })
  expect(await resultOf(certificateCheck({ file }, { timeOfDay: () => new Date('2019-12-31') }))).toMatchObject({
    status: 'unhealthy',
    message: `certificate ${file}: "orders" is valid only from 2020-01-01`,
  })
})

test('of several in a file, the one that ends first counts', async () => {
  const other = makeCertificate({ name: 'short', until: new Date('2030-01-01T00:00:00Z') }, signer)
  const file = fileWith(pem.cert + other.pem.cert)

  expect(await resultOf(certificateCheck({ file }, { timeOfDay: () => new Date('2029-12-30T00:00:00Z') }))).toEqual({
    status: 'degraded',
    message: `certificate ${file}: urgent: "short" ends in 2 days, on 2030-01-01`,
  })
})

test('one that lives for days only is not degraded for most of its life', async () => {
  // Valid from 2020-01-01, for eight days: a quarter of it are two.
  const file = fileWith(makeCertificate({ name: 'brief', until: new Date('2020-01-09T00:00:00Z') }).pem.cert)
  const at = (day: string): Promise<unknown> =>
    resultOf(certificateCheck({ file }, { timeOfDay: () => new Date(`2020-01-${day}T12:00:00Z`) }))

  expect(await at('06')).toEqual({ status: 'healthy' })
  expect(await at('07')).toMatchObject({ status: 'degraded' })
})

test('when to tell is the caller’s', async () => {
  const file = fileWith(pem.cert)
  const options = { timeOfDay: daysBefore(50), degradedBefore: '60d', urgentBefore: '55d' }

  expect(await resultOf(certificateCheck({ file }, options))).toMatchObject({
    status: 'degraded',
    message: expect.stringContaining('urgent') as string,
  })
})

test('a renewed file is seen without a restart; a missing or empty one is unhealthy', async () => {
  const file = fileWith('nothing')
  const check = certificateCheck({ file }, { timeOfDay: daysBefore(90) })

  expect(await resultOf(check)).toMatchObject({ message: `certificate ${file}: there is no certificate` })
  writeFileSync(file, pem.cert)
  expect(await resultOf(check)).toEqual({ status: 'healthy' })
  rmSync(file)
  expect(await resultOf(check)).toMatchObject({
    status: 'unhealthy',
    message: expect.stringContaining('ENOENT') as string,
  })
})

test('what a TLS server presents is looked at, trusted or not', async () => {
  const before = openSockets()
  const server = createServer(pem)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const source = { server: `https://user:canary@${address}`, servername: 'localhost' }

  expect(await resultOf(certificateCheck(source, { timeOfDay: daysBefore(90) }))).toEqual({ status: 'healthy' })
  expect(await resultOf(certificateCheck(source, { timeOfDay: daysBefore(20) }))).toEqual({
    status: 'degraded',
    message: `certificate of ${address}: "orders" ends in 20 days, on 2030-06-30`,
  })
  await new Promise((resolve) => server.close(resolve))
  await socketsAreBackTo(before)
  expect(await resultOf(certificateCheck(source))).toMatchObject({
    status: 'unhealthy',
    message: `certificate of ${address}: connect ECONNREFUSED ${address}`,
  })
})

test('a server that never shakes hands is given up with the signal, and keeps no descriptor', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const before = openSockets()
  const abort = new AbortController()
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const running = resultOf(certificateCheck({ server: address }), abort.signal)
  await new Promise((resolve) => server.once('connection', resolve))

  abort.abort()

  expect(await running).toMatchObject({ status: 'unhealthy' })
  await socketsAreBackTo(before)
})

test.each([
  [{}, {}],
  [{ file: 'a', server: 'b:1' }, {}],
  [{ server: '://u:canary@' }, {}],
  [{ file: 'a', nmae: 'b' }, {}],
  [{ file: 'a' }, { degradedBefore: 'soon' }],
])('%j with %j is refused at once', (source, options) => {
  expect(() => certificateCheck(source, options)).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.not.stringContaining('canary') as string }),
  )
})
