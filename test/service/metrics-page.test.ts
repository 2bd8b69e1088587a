import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metrics } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { SPAN_KIND } from '../../src/otlp/model.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import type { ServiceOptions } from '../../src/service/service-options.ts'
import { parsePage } from '../telemetry/prometheus/open-metrics-parser.ts'
import { gate, quietService } from './open-service.ts'

const ONLY_PULL = {
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  SEAWORTHY_SPOOL_DIR: 'off',
}
const OPEN_METRICS = { accept: 'application/openmetrics-text; version=1.0.0' }

function serviceWith(env: NonNullable<ServiceOptions['env']>, over: Partial<ServiceOptions> = {}) {
  const service = quietService({ env, ...over })
  onTestFinished(async () => void (await service.stop()))
  const scrape = (init: RequestInit = {}) => fetch(`${service.adminAddress?.url}/metrics`, init)
  return { service, scrape }
}

async function read(answer: Response) {
  const isOpenMetrics = answer.headers.get('content-type')?.startsWith('application/openmetrics-text') === true
  return parsePage(await answer.text(), { isOpenMetrics })
}

test('a service is scraped with no collector at all', async () => {
  const { service, scrape } = serviceWith(ONLY_PULL)
  service.listener('web', { start: () => (_request, response) => response.end('ok') })
  await service.start()
  metrics.getMeter('shop').createCounter('orders.placed').add(2, { kind: 'book' })
  const answer = await scrape()
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const families = await read(answer)
  const orders = families.find(({ name }) => name === 'orders_placed_total')
  expect(orders?.samples).toEqual([
    { name: 'orders_placed_total', labels: { kind: 'book', otel_scope_name: 'shop' }, value: 2 },
  ])
  expect(families[0]?.samples[0]?.labels).toMatchObject({ service_name: 'subject', telemetry_sdk_name: 'seaworthy' })
  expect(families.map(({ name }) => name)).toContain('nodejs_eventloop_utilization_ratio')
})

test('the exemplar of a request’s duration leads to the trace that the collector has; scrapes leave neither', async () => {
  const receiver = createReceiver()
  onTestFinished(() => receiver.stop())
  const { endpoint } = await receiver.start()
  const { service, scrape } = serviceWith({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SEAWORTHY_SPOOL_DIR: 'off' })
  const web = service.listener('web', { start: () => (_request, response) => response.end('ok') })
  let url = ''
  service.task('look', { needs: { web }, run: async ({ web: { url: found } }) => void (url = found) })
  await service.start()
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  await (await fetch(url, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } })).text()
  await (await scrape()).text()
  const families = await read(await scrape({ headers: OPEN_METRICS }))
  const duration = families.find(({ name }) => name === 'http_server_request_duration_seconds')
  expect(duration).toMatchObject({ type: 'histogram', unit: 'seconds' })
  const counts = duration?.samples.filter(({ name }) => name.endsWith('_count'))
  expect(counts).toEqual([expect.objectContaining({ value: 1 })])
  const exemplars = duration?.samples.flatMap(({ exemplar }) => exemplar ?? [])
  expect(exemplars?.map(({ labels }) => labels)).toEqual([{ trace_id: traceId, span_id: expect.any(String) }])
  const report = await service.stop()
  expect(report.clean).toBe(true)
  const spans = receiver.store.spans().filter(({ kind }) => kind === SPAN_KIND.server)
  expect(spans.map((span) => span.traceId)).toEqual([traceId])
})

test('HEAD has the headers, and other methods are refused', async () => {
  const { service, scrape } = serviceWith(ONLY_PULL)
  await service.start()
  const head = await scrape({ method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
  expect(await head.text()).toBe('')
  const post = await scrape({ method: 'POST' })
  expect(post.status).toBe(405)
  expect(post.headers.get('allow')).toBe('GET, HEAD')
})

test.for([
  ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }, {}],
  ['OTEL_METRICS_EXPORTER', { ...ONLY_PULL, OTEL_METRICS_EXPORTER: 'none' }, {}],
  ['without telemetry', {}, { telemetry: false }],
] as const)('where there are no metrics it is 404, with the reason: %s', async ([reason, env, over]) => {
  const { service, scrape } = serviceWith(env, over)
  await service.start()
  const answer = await scrape()
  expect(answer.status).toBe(404)
  expect(await answer.text()).toMatch(new RegExp(`^.*${reason}.*\\n$`))
})

test('it can be private, and it can be off', async () => {
  const hidden = serviceWith({ ...ONLY_PULL, SEAWORTHY_METRICS_PAGE: 'private', SEAWORTHY_ADMIN_TOKEN: 't0ken' })
  await hidden.service.start()
  expect((await hidden.scrape()).status).toBe(200)
  const forwarded = { 'x-forwarded-for': '192.0.2.1' }
  expect((await hidden.scrape({ headers: forwarded })).status).toBe(401)
  expect((await hidden.scrape({ headers: { ...forwarded, authorization: 'Bearer t0ken' } })).status).toBe(200)
  await hidden.service.stop()
  const off = serviceWith(ONLY_PULL, { admin: { port: 0, metrics: 'off' } })
  await off.service.start()
  expect((await off.scrape()).status).toBe(404)
})

test('it is served from before the first component starts, and until the last has stopped', async () => {
  const seen: number[] = []
  const stopping = gate()
  const { service, scrape } = serviceWith(ONLY_PULL)
  service.resource('db', {
    start: async () => void seen.push((await scrape()).status),
    stop: async () => {
      metrics.getMeter('shop').createCounter('last.words').add(1)
      const families = await read(await scrape())
      seen.push(families.find(({ name }) => name === 'last_words_total')?.samples[0]?.value ?? 0)
      stopping.resolve()
    },
  })
  await service.start()
  await service.stop()
  await stopping.promise
  expect(seen).toEqual([200, 1])
})

test('a scrape that is under way when everything closes still finds all that is observed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'seaworthy-scrape-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const report = join(directory, 'termination-log')
  writeFileSync(report, '')
  const { service, scrape } = serviceWith({ ...ONLY_PULL, SEAWORTHY_TERMINATION_LOG: report })
  await service.start()
  const asked = gate()
  const released = gate()
  metrics
    .getMeter('shop')
    .createObservableGauge('slow')
    .addCallback(async (result) => {
      asked.resolve()
      await released.promise
      result.observe(1)
    })
  const first = scrape().then(read)
  await asked.promise
  // Another format, and so a collection of its own: its callbacks are called after those of the first one.
  const second = scrape({ headers: OPEN_METRICS }).then(read)
  const reported = gate()
  const watcher = watch(report, () => reported.resolve())
  onTestFinished(() => watcher.close())
  const stopped = service.stop()
  // With the report begins the end: the page is closed right after it.
  await reported.promise
  released.resolve()
  for (const families of [await first, await second]) {
    expect(families.map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^slow/), expect.stringMatching(/^nodejs_eventloop_utilization/)]),
    )
  }
  await stopped
})
