import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect as connectHttp2, createSecureServer } from 'node:http2'
import { createServer, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { reloadCertificates, type ReloadCertificatesOptions } from '../../../src/service/tls/reload-certificates.ts'
import { HeardLog } from '../../config/reload/heard-log.ts'
import { type CertifiedKey, makeCertificate } from '../../server/self-signed-certificate.ts'
import { type MountedSecret, mountedSecret } from './mounted-secret.ts'
import { openTls, shownAt } from './tls-client.ts'

const RELOADED = 'tls.certificate_reloaded'
const REJECTED = 'tls.certificate_rejected'

function toFiles({ cert, key }: CertifiedKey): Record<string, string> {
  return { 'tls.crt': cert, 'tls.key': key }
}

function fingerprintOf({ cert }: CertifiedKey): string {
  return new X509Certificate(cert).fingerprint256
}

const pair = (name: string, until?: Date): CertifiedKey =>
  makeCertificate({ name, ...(until === undefined ? {} : { until }) }).pem

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function follow(server: Server, secret: MountedSecret, more: Partial<ReloadCertificatesOptions> = {}) {
  const log = new HeardLog()
  const files = { certFile: secret.path('tls.crt'), keyFile: secret.path('tls.key') }
  const options = { ...files, log, name: 'web', debounce: 20, pollInterval: '1h', ...more }
  const certificates = await reloadCertificates(server, options)
  onTestFinished(() => certificates.close())
  return { certificates, log, port: await listening(server) }
}

test('a swap of the mounted secret is shown to new connections, and open ones go on', async () => {
  const [first, second] = [pair('first'), pair('second')]
  await using secret = await mountedSecret(toFiles(first))
  const server = createServer((_, response) => void response.end('ok'))
  const { port, log, certificates } = await follow(server, secret)
  const open = await openTls(port)
  expect(open.getPeerCertificate().fingerprint256).toBe(fingerprintOf(first))

  await secret.swap(toFiles(second))
  expect(await log.heard(RELOADED)).toMatchObject({
    level: 'info',
    fields: { listener: 'web', trigger: 'files changed', subject: 'second', fingerprint: fingerprintOf(second) },
  })
  expect(await shownAt(port)).toBe(fingerprintOf(second))
  expect(await certificates.reload('again')).toMatchObject({ outcome: 'unchanged', certificate: { subject: 'second' } })
  open.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const [answer] = (await once(open, 'data')) as [Buffer]
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK/)
})

test('under a storm of handshakes no swap fails one, and nobody is shown an old certificate after it', async () => {
  const pairs = Array.from({ length: 5 }, (_, number) => pair(`version ${number}`))
  await using secret = await mountedSecret(toFiles(pairs[0] as CertifiedKey))
  const { port, log } = await follow(createServer(), secret)
  let isOver = false
  const seen = new Set<string>()
  const failures: unknown[] = []
  const clients = Array.from({ length: 4 }, async () => {
    while (!isOver)
      await shownAt(port).then(
        (shown) => seen.add(shown),
        (error: unknown) => failures.push(error),
      )
  })
  for (const [number, next] of pairs.entries()) {
    if (number === 0) continue
    await secret.swap(toFiles(next))
    await log.heard(RELOADED, number)
    expect(await shownAt(port)).toBe(fingerprintOf(next))
  }
  isOver = true
  await Promise.all(clients)
  expect(failures).toEqual([])
  expect(seen.size).toBeGreaterThan(1)
  expect(log.events().filter((event) => event === REJECTED)).toEqual([])
}, 90_000)

test('a half-swapped pair is refused with one event, the last good one stays, and the second half ends it', async () => {
  const [first, second] = [pair('first'), pair('second')]
  await using secret = await mountedSecret(toFiles(first))
  const { port, log, certificates } = await follow(createServer(), secret)
  await secret.swap({ 'tls.crt': second.cert, 'tls.key': first.key })
  const refused = await log.heard(REJECTED)
  expect(refused).toMatchObject({ level: 'error', fields: { subject: 'first', listener: 'web' } })
  expect(refused.message).toContain('is not the key of the certificate in')
  expect(await certificates.reload('SIGHUP')).toMatchObject({ outcome: 'rejected', certificate: { subject: 'first' } })
  expect(log.events()).toEqual([REJECTED])
  expect(await shownAt(port)).toBe(fingerprintOf(first))

  await secret.swap(toFiles(second))
  await log.heard(RELOADED)
  expect(await shownAt(port)).toBe(fingerprintOf(second))
  expect(log.events()).toEqual([REJECTED, RELOADED])
})

test('what was refused and put back is no change, and is refused with a new event the next time', async () => {
  const [first, second] = [pair('first'), pair('second')]
  await using secret = await mountedSecret(toFiles(first))
  const { certificates, log } = await follow(createServer(), secret)
  await secret.swap({ 'tls.crt': second.cert, 'tls.key': first.key })
  await log.heard(REJECTED)
  await secret.swap(toFiles(first))
  expect(await certificates.reload('test')).toMatchObject({ outcome: 'unchanged' })
  await secret.swap({ 'tls.crt': second.cert, 'tls.key': first.key })
  await log.heard(REJECTED, 2)
})

test('files that are written in place, one after the other, end with the new pair', async () => {
  const [first, second] = [pair('first'), pair('second')]
  await using secret = await mountedSecret(toFiles(first))
  const { port, log } = await follow(createServer(), secret)
  await writeFile(secret.path('tls.key'), second.key)
  await writeFile(secret.path('tls.crt'), second.cert)
  await log.heard(RELOADED)
  expect(await shownAt(port)).toBe(fingerprintOf(second))
})

test('a certificate that has ended is not taken in the place of one that has not; a good one is, of one that has', async () => {
  const ended = pair('ended', new Date('2021-01-01T00:00:00Z'))
  await using secret = await mountedSecret(toFiles(pair('good')))
  const { log, certificates } = await follow(createServer(), secret)
  await secret.swap(toFiles(ended))
  expect((await log.heard(REJECTED)).message).toContain('the certificate ended has ended at 2021-01-01T00:00:00.000Z')
  expect(certificates.certificate.subject).toBe('good')

  await using late = await mountedSecret(toFiles(ended))
  const second = await follow(createServer(), late)
  expect(second.log.events()).toEqual(['tls.certificate_out_of_time'])
  await late.swap(toFiles(pair('renewed')))
  await second.log.heard(RELOADED)
  expect(second.certificates.certificate.subject).toBe('renewed')
})

test('HTTP/2: a session goes on, and the next one is shown the new certificate', async () => {
  const [first, second] = [pair('first'), pair('second')]
  await using secret = await mountedSecret(toFiles(first))
  const server = createSecureServer({}, (_, response) => void response.end('ok'))
  const { port, log } = await follow(server, secret)
  const get = (session: ReturnType<typeof connectHttp2>) =>
    new Promise<unknown>((resolve, reject) => {
      const stream = session.request({ ':path': '/' })
      stream.on('response', (headers) => resolve(headers[':status']))
      stream.on('error', reject)
      stream.resume()
    })
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  onTestFinished(() => session.destroy())
  expect(await get(session)).toBe(200)
  await secret.swap(toFiles(second))
  await log.heard(RELOADED)
  expect(await get(session)).toBe(200)
  expect(await shownAt(port, { ALPNProtocols: ['h2'] })).toBe(fingerprintOf(second))
  const fresh = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  onTestFinished(() => fresh.destroy())
  expect(await get(fresh)).toBe(200)
})

test('what else the context was made with holds for the new certificate, too', async () => {
  await using secret = await mountedSecret(toFiles(pair('first')))
  const { port, log } = await follow(createServer(), secret, { context: { minVersion: 'TLSv1.3' } })
  const old = { maxVersion: 'TLSv1.2' } as const
  await expect(openTls(port, old)).rejects.toThrow()
  await secret.swap(toFiles(pair('second')))
  await log.heard(RELOADED)
  await expect(openTls(port, old)).rejects.toThrow()
  expect((await openTls(port)).getProtocol()).toBe('TLSv1.3')
})

test('a client that has seen the old one comes back with its session, and is served', async () => {
  await using secret = await mountedSecret(toFiles(pair('first')))
  const { port, log } = await follow(
    createServer((_, response) => void response.end('ok')),
    secret,
  )
  const get = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = httpsRequest({
        host: '127.0.0.1',
        port,
        rejectUnauthorized: false,
        headers: { connection: 'close' },
      })
      request.on('response', (response) => void response.resume().on('end', () => resolve(response.statusCode)))
      request.on('error', reject)
      request.end()
    })
  expect(await get()).toBe(200)
  await secret.swap(toFiles(pair('second')))
  await log.heard(RELOADED)
  // The global agent keeps the session of the first.
  expect(await get()).toBe(200)
})

test('at the start a pair that can not be used is refused, and so are options that contradict the files', async () => {
  await using secret = await mountedSecret({ 'tls.crt': pair('a').cert, 'tls.key': pair('b').key })
  const files = { certFile: secret.path('tls.crt'), keyFile: secret.path('tls.key') }
  await expect(reloadCertificates(createServer(), files)).rejects.toMatchObject({ code: 'SEA_TLS_INVALID' })
  const wrong = reloadCertificates({} as Server, { ...files, context: { cert: 'x' }, keyfile: '' } as never)
  await expect(wrong).rejects.toMatchObject({ code: 'SEA_OPTIONS_INVALID' })
  await expect(wrong).rejects.toThrow(
    /first argument[^]*"context\.cert" comes from the files[^]*"keyfile" is not an option/,
  )
})

test('after its end nothing is watched, and the server keeps what it has', async () => {
  const first = pair('first')
  await using secret = await mountedSecret(toFiles(first))
  const { port, certificates, log } = await follow(createServer(), secret)
  await certificates.close()
  await secret.swap(toFiles(pair('second')))
  expect(await certificates.reload('late')).toMatchObject({ outcome: 'stopped' })
  expect(await shownAt(port)).toBe(fingerprintOf(first))
  expect(log.lines).toEqual([])
})

test('a log that throws hurts nobody', async () => {
  const [first, second] = [pair('first'), pair('second')]
  await using secret = await mountedSecret(toFiles(first))
  const broken = (): never => {
    throw new Error('full')
  }
  const log = { debug: broken, info: broken, warn: broken, error: broken }
  const { port, certificates } = await follow(createServer(), secret, { log, pollInterval: '1h' })
  await secret.swap({ 'tls.crt': second.cert, 'tls.key': first.key })
  expect(await certificates.reload('test')).toMatchObject({ outcome: 'rejected' })
  await secret.swap(toFiles(second))
  await certificates.reload('test')
  expect(await shownAt(port)).toBe(fingerprintOf(second))
})
