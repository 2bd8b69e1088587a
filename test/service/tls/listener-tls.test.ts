import { X509Certificate } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { expect, onTestFinished, test } from 'vitest'
import type { ListenerDefinition, ServiceOptions } from 'seaworthy'
import { certificateCheck } from 'seaworthy/checks'
import { z } from 'zod'
import { temporaryFiles } from '../../config/temporary-files.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'
import { parsePage } from '../../telemetry/prometheus/open-metrics-parser.ts'
import { quietService } from '../open-service.ts'
import { mountedSecret, type MountedSecret } from './mounted-secret.ts'
import { shownAt } from './tls-client.ts'

const authority = makeCertificate({ name: 'authority', isAuthority: true })

function pair(name: string, until?: Date) {
  const request = { name, altNames: ['DNS:localhost', 'IP:127.0.0.1'], ...(until === undefined ? {} : { until }) }
  const { pem } = makeCertificate(request, authority.signer)
  return {
    files: { 'tls.crt': pem.cert, 'tls.key': pem.key },
    pem,
    fingerprint: new X509Certificate(pem.cert).fingerprint256,
  }
}

function filesIn(secret: MountedSecret) {
  return { certFile: secret.path('tls.crt'), keyFile: secret.path('tls.key'), debounce: 20 }
}

async function serve(definition: ListenerDefinition<unknown>, over: Partial<ServiceOptions> = {}) {
  const service = quietService(over)
  const web = service.listener('web', { host: '127.0.0.1', ...definition })
  onTestFinished(async () => void (await service.stop()))
  await service.start()
  return { service, url: service.address(web)?.url as string, port: service.address(web)?.port as number }
}

function get(port: number, options: RequestOptions = {}): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host: '127.0.0.1', port, agent: false, ca: authority.pem.cert, ...options })
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    request.on('error', reject)
    request.end()
  })
}

test('a request handler is served over TLS, and a new certificate under load, with every request answered', async () => {
  const [first, second] = [pair('first'), pair('second')]
  await using secret = await mountedSecret(first.files)
  const { url, port } = await serve({ tls: filesIn(secret), start: () => (_, response) => void response.end('ok') })
  expect(url).toBe(`https://127.0.0.1:${port}`)
  let isOver = false
  const wrong: unknown[] = []
  const clients = Array.from({ length: 6 }, async () => {
    while (!isOver) {
      const answer = await get(port).catch((error: unknown) => error)
      if ((answer as { text?: string }).text !== 'ok') wrong.push(answer)
    }
  })
  await secret.swap(second.files)
  await expect.poll(() => shownAt(port), { timeout: 10_000 }).toBe(second.fingerprint)
  isOver = true
  await Promise.all(clients)
  expect(wrong).toEqual([])
})

test('the files may be named by the configuration', async () => {
  const first = pair('first')
  await using secret = await mountedSecret(first.files)
  const { port } = await serve({ tls: () => filesIn(secret), start: () => (_, response) => void response.end('ok') })
  expect(await shownAt(port)).toBe(first.fingerprint)
})

test('a server that start returns gets the certificate of the files, HTTP/2 too', async () => {
  const first = pair('first')
  await using secret = await mountedSecret(first.files)
  const start = () => createSecureServer({ allowHTTP1: true }, (_, response) => void response.end('ok'))
  const { port } = await serve({ tls: filesIn(secret), start })
  expect(await shownAt(port, { ALPNProtocols: ['h2'] })).toBe(first.fingerprint)
  expect(await get(port)).toEqual({ status: 200, text: 'ok' })
})

test('clients have to show a certificate where there are authorities, or are asked only', async () => {
  const own = pair('server')
  await using secret = await mountedSecret({ ...own.files, 'ca.crt': authority.pem.cert })
  const tls = { ...filesIn(secret), caFile: secret.path('ca.crt') }
  const strict = await serve({ tls, start: () => (_, response) => void response.end('ok') })
  const client = pair('client').pem
  await expect(get(strict.port)).rejects.toThrow()
  expect(await get(strict.port, client)).toEqual({ status: 200, text: 'ok' })
  const asked = await serve({
    tls: { ...tls, clientCertificate: 'requested' },
    start: () => (request, response) =>
      void response.end(String((request.socket as { authorized?: boolean }).authorized)),
  })
  expect((await get(asked.port)).text).toBe('false')
  expect((await get(asked.port, client)).text).toBe('true')
})

test('metrics tell when the certificate in use ends, and the check of certificates sees the one that is shown', async () => {
  const until = new Date(Date.now() + 86_400_000)
  const soon = pair('soon', until)
  await using secret = await mountedSecret(soon.files)
  const service = quietService({
    env: {
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      SEAWORTHY_SPOOL_DIR: 'off',
    },
  })
  onTestFinished(async () => void (await service.stop()))
  service.listener('web', { tls: filesIn(secret), start: () => (_, response) => void response.end('ok') })
  service.check(certificateCheck({ file: secret.path('tls.crt') }, { name: 'certificate', critical: false }))
  await service.start()
  expect(service.health.report().checks['certificate']).toMatchObject({
    status: 'degraded',
    message: expect.stringContaining('ends in'),
  })
  await secret.swap(pair('renewed').files)
  const samples = async () => {
    const page = await (await fetch(`${service.adminAddress?.url}/metrics`)).text()
    return parsePage(page, { isOpenMetrics: false }).flatMap((family) => family.samples)
  }
  await expect
    .poll(async () => (await samples()).find(({ name }) => name.startsWith('seaworthy_tls_certificate_reload')), {
      timeout: 10_000,
    })
    .toMatchObject({ labels: { listener: 'web', result: 'applied' }, value: 1 })
  expect((await samples()).find(({ name }) => name.startsWith('seaworthy_tls_certificate_not_after'))).toMatchObject({
    labels: { listener: 'web' },
    value: Date.parse('2049-12-31T23:59:59Z') / 1000,
  })
})

test('a reload of the service looks at its certificates, too', async () => {
  await using secret = await mountedSecret(pair('first').files)
  await using files = await temporaryFiles({ 'app.json': '{}' })
  const service = quietService({
    config: { schema: z.object({}), files: [files.path('app.json')], reload: { watch: false, debounce: 10 } },
    env: {
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      SEAWORTHY_SPOOL_DIR: 'off',
    },
  })
  onTestFinished(async () => void (await service.stop()))
  service.listener('web', { tls: filesIn(secret), start: () => (_, response) => void response.end('ok') })
  await service.start()
  await service.reload('test')
  const page = await (await fetch(`${service.adminAddress?.url}/metrics`)).text()
  expect(page).toMatch(/^seaworthy_tls_certificate_reload_total\{[^}]*result="unchanged"[^}]*\} 1$/m)
})

test.each<[string, ListenerDefinition<unknown>['start'], RegExp]>([
  ['a server without TLS', () => createHttpServer(), /"tls" of listener "web": its server speaks no TLS/],
])('%s is refused', async (_, start, message) => {
  await using secret = await mountedSecret(pair('first').files)
  await expect(serve({ tls: filesIn(secret), start })).rejects.toThrow(message)
})

test('files that can not be used, and wrong options, fail the start with what is wrong', async () => {
  await using secret = await mountedSecret({ ...pair('first').files, 'other.key': pair('other').pem.key })
  const start = () => () => {}
  const files = filesIn(secret)
  await expect(serve({ tls: { ...files, keyFile: secret.path('other.key') }, start })).rejects.toThrow(
    /other\.key: is not the key of the certificate/,
  )
  await expect(serve({ tls: { ...files, keyfile: 'x' } as never, start })).rejects.toThrow('Did you mean "keyFile"?')
  await expect(serve({ tls: 'yes' as never, start })).rejects.toThrow('"tls" must be an object')
  await expect(serve({ tls: files, adopt: () => {}, start })).rejects.toThrow("can't be given together")
})
