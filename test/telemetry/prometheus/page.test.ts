import { diag, DiagLogLevel, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { reader } from '../metrics/metrics-fixture.ts'
import { OPEN_METRICS, PROMETHEUS_3, Pulled } from './page-fixture.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const SAMPLED = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: TraceFlags.SAMPLED })
const SCOPE = 'otel_scope_name="test"'

function warnings(): string[] {
  return told('warn')
}

function errors(): string[] {
  return told('error')
}

function told(level: 'warn' | 'error'): string[] {
  const said: string[] = []
  const quiet = (): void => {}
  const silent = { error: quiet, warn: quiet, info: quiet, debug: quiet, verbose: quiet }
  const logger = { ...silent, [level]: (text: string) => void said.push(text) }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  onTestFinished(() => diag.disable())
  return said
}

test('the text format has every kind of instrument by the names that Prometheus knows', async () => {
  const pulled = new Pulled()
  const { meter } = pulled
  meter.createCounter('http.requests', { description: 'Requests.' }).add(3, { 'http.route': '/orders' })
  meter.createUpDownCounter('queue.length', { unit: '{job}' }).add(-2)
  meter.createGauge('cpu.utilization', { unit: '1' }).record(0.25)
  const advice = { explicitBucketBoundaries: [0.5, 10] }
  meter.createHistogram('request.duration', { unit: 's', advice }).record(0.7, { code: 200 })

  expect((await pulled.scrape()).text).toBe(`# HELP target_info Target metadata
# TYPE target_info gauge
target_info{service_name="shop"} 1
# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{http_route="/orders",${SCOPE}} 3
# TYPE queue_length gauge
queue_length{${SCOPE}} -2
# TYPE cpu_utilization_ratio gauge
cpu_utilization_ratio{${SCOPE}} 0.25
# TYPE request_duration_seconds histogram
request_duration_seconds_bucket{code="200",${SCOPE},le="0.5"} 0
request_duration_seconds_bucket{code="200",${SCOPE},le="10"} 1
request_duration_seconds_bucket{code="200",${SCOPE},le="+Inf"} 1
request_duration_seconds_sum{code="200",${SCOPE}} 0.7
request_duration_seconds_count{code="200",${SCOPE}} 1
`)
})

test('OpenMetrics has units, boundaries that are no integers, exemplars and an end', async () => {
  const pulled = new Pulled()
  const { meter, at } = pulled
  at.ms = 1_700_000_000_123
  meter.createCounter('sent.bytes', { unit: 'By' }).add(5, {}, SAMPLED)
  const advice = { explicitBucketBoundaries: [0, 10, 1_000_000] }
  meter.createHistogram('request.duration', { unit: 's', advice }).record(0.7, {}, SAMPLED)

  const exemplar = `{span_id="${SPAN}",trace_id="${TRACE}"}`
  expect((await pulled.scrape(OPEN_METRICS)).text).toBe(`# HELP target Target metadata
# TYPE target info
target_info{service_name="shop"} 1
# TYPE sent_bytes counter
# UNIT sent_bytes bytes
sent_bytes_total{${SCOPE}} 5 # ${exemplar} 5 1700000000.123
# TYPE request_duration_seconds histogram
# UNIT request_duration_seconds seconds
request_duration_seconds_bucket{${SCOPE},le="0.0"} 0
request_duration_seconds_bucket{${SCOPE},le="10.0"} 1 # ${exemplar} 0.7 1700000000.123
request_duration_seconds_bucket{${SCOPE},le="1e+06"} 1
request_duration_seconds_bucket{${SCOPE},le="+Inf"} 1
request_duration_seconds_sum{${SCOPE}} 0.7
request_duration_seconds_count{${SCOPE}} 1
# EOF
`)
})

test('an exemplar has what the metric leaves out, unless that is too long for it', async () => {
  const views = [{ instrumentName: '*', includeAttributes: ['kept'] }]
  const pulled = new Pulled({}, { views })
  const counter = pulled.meter.createCounter('orders')
  counter.add(1, { kept: 'a', 'user.id': '7' }, SAMPLED)
  counter.add(1, { kept: 'b', 'user.id': 'x'.repeat(100) }, SAMPLED)
  const samples = await pulled.samples('orders')
  expect(samples.map(({ labels, exemplar }) => [labels['kept'], exemplar?.labels])).toEqual([
    ['a', { trace_id: TRACE, span_id: SPAN, user_id: '7' }],
    ['b', { trace_id: TRACE, span_id: SPAN }],
  ])
})

test('an exemplar stands at the bucket in which it is, and at none other', async () => {
  const pulled = new Pulled()
  const histogram = pulled.meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 2, 4] } })
  for (const value of [2, 3, 9]) histogram.record(value, {}, SAMPLED)
  const samples = await pulled.samples('size')
  const found = samples.filter(({ exemplar }) => exemplar !== undefined)
  expect(found.map(({ labels, exemplar }) => [labels['le'], exemplar?.value])).toEqual([
    ['2.0', 2],
    ['4.0', 3],
    ['+Inf', 9],
  ])
})

test('a sum of what may be negative is not there, and a gauge has no exemplar', async () => {
  const views = [
    { instrumentName: 'balance', aggregation: { type: 'explicitHistogram', boundaries: [-1, 0] } },
  ] as const
  const pulled = new Pulled({}, { views })
  pulled.meter.createUpDownCounter('balance').add(-5, {}, SAMPLED)
  pulled.meter.createGauge('level').record(1, {}, SAMPLED)
  expect((await pulled.samples('balance')).map(({ name, value }) => [name, value])).toEqual([
    ['balance_bucket', 1],
    ['balance_bucket', 1],
    ['balance_bucket', 1],
    ['balance_count', 1],
  ])
  expect((await pulled.samples('level'))[0]?.exemplar).toBeUndefined()
})

test('an exponential histogram has the powers of two as boundaries, which stay when it rescales', async () => {
  const readers = [reader({ histogram: 'base2_exponential_bucket_histogram', exemplars: 'latest' })]
  const pulled = new Pulled({}, { readers })
  const histogram = pulled.meter.createHistogram('latency', { unit: 's' })
  for (const value of [0, 0.3, 1, 1.5, 3]) histogram.record(value)
  const buckets = async () =>
    (await pulled.samples('latency_seconds'))
      .filter(({ name }) => name.endsWith('_bucket'))
      .map(({ labels, value }) => `${labels['le']} ${value}`)
  expect(await buckets()).toEqual(['0.0 1', '0.25 1', '0.5 2', '1.0 3', '2.0 4', '4.0 5', '+Inf 5'])
  histogram.record(900)
  expect((await buckets()).slice(0, 6)).toEqual(['0.0 1', '0.25 1', '0.5 2', '1.0 3', '2.0 4', '4.0 5'])
  expect((await buckets()).at(-2)).toBe('1024.0 6')
})

test('special values are written as Prometheus reads them', async () => {
  const pulled = new Pulled()
  const gauge = pulled.meter.createGauge('odd')
  const values = [Number.NaN, Infinity, -Infinity, -0, 1e21, 1e-7, Number.MAX_SAFE_INTEGER]
  for (const [index, value] of values.entries()) gauge.record(value, { index })
  const seen = (await pulled.samples('odd')).map(({ value }) => value)
  expect(seen.length).toBeGreaterThanOrEqual(4)
  for (const value of seen) expect(values).toContainEqual(value === 0 ? -0 : value)
})

test('labels: values are escaped, names translated, and those that come to one name joined', async () => {
  const pulled = new Pulled()
  pulled.meter.createCounter('c').add(1, {
    'a.b': 'one',
    a_b: 'two',
    'quote"d': 'say "hi"\\\n',
    '9lives': true,
    le: '5',
    list: [1, 'x'],
    none: '',
    __proto: 'p',
    otel_scope_name: 'mine',
    '🦭': '🦭',
    half: '\ud800',
  })
  expect((await pulled.samples('c'))[0]?.labels).toEqual({
    a_b: 'one;two',
    quote_d: 'say "hi"\\\n',
    key_9lives: 'true',
    exported_le: '5',
    list: '[1,"x"]',
    _proto: 'p',
    exported_otel_scope_name: 'mine',
    _: '🦭',
    half: '\ufffd',
    otel_scope_name: 'test',
  })
})

test('series that only OpenTelemetry tells apart: the first is there, and that is said once', async () => {
  const said = warnings()
  const pulled = new Pulled()
  const counter = pulled.meter.createCounter('c')
  counter.add(1, { code: 200 })
  counter.add(5, { code: '200' })
  counter.add(7, { code: 500 })
  counter.add(8, { code: '\ud800' })
  counter.add(9, { code: '\ud801' })
  expect((await pulled.samples('c')).map(({ labels, value }) => [labels['code'], value])).toEqual([
    ['200', 1],
    ['500', 7],
    ['\ufffd', 8],
  ])
  await pulled.scrape()
  expect(said).toEqual([expect.stringContaining('series of "c" have the same labels')])
})

test('two meters with the same metric are one family, with the scope as labels', async () => {
  const said = warnings()
  const pulled = new Pulled()
  const other = pulled.provider.getMeter('other', '1.2', { schemaUrl: 'https://example.com/1' })
  pulled.meter.createCounter('jobs', { description: 'Jobs.' }).add(1)
  pulled.meter.createGauge('between').record(1)
  other.createCounter('jobs', { description: 'Other jobs.' }).add(2)
  const { families } = await pulled.scrape(OPEN_METRICS)
  expect(families.map(({ name }) => name)).toEqual(['target', 'jobs', 'between'])
  expect(families[1]).toMatchObject({ help: 'Jobs.' })
  expect(families[1]?.samples.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
    { otel_scope_name: 'test', value: 1 },
    { otel_scope_name: 'other', otel_scope_version: '1.2', otel_scope_schema_url: 'https://example.com/1', value: 2 },
  ])
  expect(said).toEqual([expect.stringContaining('"jobs" has the description of one meter')])
})

test('of two metrics with one name the first keeps it, also in a scrape in which the other comes first', async () => {
  const said = warnings()
  const pulled = new Pulled()
  const gauge = pulled.meter.createGauge('jobs.count')
  pulled.meter.createHistogram('jobs', { advice: { explicitBucketBoundaries: [] } }).record(1)
  expect(await pulled.samples('jobs')).toHaveLength(3)
  gauge.record(4)
  const { families } = await pulled.scrape()
  expect(families.map(({ name }) => name)).toEqual(['target_info', 'jobs'])
  expect(said).toEqual([expect.stringContaining('The metric "jobs.count" is not at /metrics')])
})

test('no metric takes the place of the resource', async () => {
  const said = warnings()
  const pulled = new Pulled()
  pulled.meter.createGauge('target.info').record(4)
  pulled.meter.createGauge('target').record(4)
  expect((await pulled.scrape()).families.map(({ name }) => name)).toEqual(['target_info'])
  expect((await pulled.scrape(OPEN_METRICS)).families.map(({ name }) => name)).toEqual(['target'])
  expect(said).toHaveLength(2)
})

test('a description with quotes, backslashes and line ends stays one line', async () => {
  const pulled = new Pulled()
  const description = 'a "b" \\c\nd'
  pulled.meter.createCounter('c', { description }).add(1)
  expect((await pulled.scrape()).families[1]?.help).toBe(description)
  expect((await pulled.scrape(OPEN_METRICS)).families[1]?.help).toBe(description)
})

test('Prometheus 3, which asks for UTF-8 by itself, gets the names that every other scraper gets', async () => {
  const pulled = new Pulled()
  pulled.meter.createCounter('http.requests').add(1, { 'http.route': '/' })
  const { type, families } = await pulled.scrape(PROMETHEUS_3)
  expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores')
  expect(families[1]).toMatchObject({ name: 'http_requests', samples: [{ labels: { http_route: '/' } }] })
})

test('names as they are, in quotes, where that is set and the scraper asks for it', async () => {
  const pulled = new Pulled({ names: 'utf-8' })
  pulled.meter.createCounter('http.requests', { unit: 'By' }).add(1, { 'http.route': '/', __x: 'y', 'a"b': 'c' })
  pulled.meter.createHistogram('wait', { advice: { explicitBucketBoundaries: [1] } }).record(1, { 'x.y': 1 })
  const { type, text, families } = await pulled.scrape(PROMETHEUS_3)
  expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8')
  expect(text).toContain('# TYPE "http.requests_bytes" counter\n')
  expect(text).toContain(
    '{"http.requests_bytes_total","a\\"b"="c","http.route"="/",key__x="y",otel_scope_name="test"} 1',
  )
  expect(families[2]?.samples[0]?.labels).toEqual({ 'x.y': '1', le: '1.0', otel_scope_name: 'test' })
  expect((await pulled.scrape(OPEN_METRICS)).families[1]?.name).toBe('http_requests_bytes')
})

test('who asks for nothing in particular gets the text format', async () => {
  const pulled = new Pulled()
  const text = 'text/plain; version=0.0.4; charset=utf-8'
  for (const accept of [undefined, '', '*/*', 'text/html,*/*;q=0.8', 'image/png', 'application/openmetrics-text;q=0']) {
    expect((await pulled.scrape(accept)).type).toBe(text)
  }
  expect((await pulled.scrape('text/plain;q=0.5,application/openmetrics-text;version=1.0.0')).type).toBe(
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  )
  expect((await pulled.scrape('application/openmetrics-text;version="0.0.1"')).type).toContain('version=0.0.1;')
  expect((await pulled.scrape('application/openmetrics-text;version=2.0.0,text/plain;version=1.0.0')).type).toBe(
    'text/plain; version=1.0.0; charset=utf-8',
  )
})

test('gzip is for those who take it', async () => {
  const pulled = new Pulled()
  pulled.meter.createCounter('c').add(1)
  const answer = (acceptEncoding: string) =>
    pulled.page.answer({ accept: undefined, acceptEncoding, scrapeTimeoutSeconds: undefined })
  expect((await answer('gzip')).headers['content-encoding']).toBe('gzip')
  expect((await answer('br, *')).headers['content-encoding']).toBe('gzip')
  expect((await answer('gzip;q=0, *')).headers['content-encoding']).toBeUndefined()
  expect((await answer('br')).headers['content-encoding']).toBeUndefined()
  expect((await pulled.scrape(undefined, { acceptEncoding: 'gzip' })).families).toHaveLength(2)
})

test('who asks at the same time gets the same page: one collection', async () => {
  const pulled = new Pulled()
  let calls = 0
  pulled.meter.createObservableGauge('g').addCallback((result) => result.observe(++calls))
  const pages = await Promise.all([pulled.scrape(), pulled.scrape(), pulled.scrape('text/plain')])
  expect(calls).toBe(1)
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 200])
  await pulled.scrape()
  expect(calls).toBe(2)
})

test('a callback that hangs costs its own values, within the time that the scraper has', async () => {
  const pulled = new Pulled()
  pulled.meter.createCounter('c').add(1)
  pulled.meter.createObservableGauge('g').addCallback(() => new Promise(() => {}))
  const scraped = pulled.scrape(undefined, { scrapeTimeoutSeconds: '2' })
  while (pulled.clock.pending === 0) await new Promise((resolve) => void setImmediate(resolve))
  await pulled.clock.advance(1000)
  expect((await scraped).families.map(({ name }) => name)).toEqual(['target_info', 'c_total'])
})

test('a page that grows too large leaves out whole families, and says so once', async () => {
  const said = warnings()
  const pulled = new Pulled({ maxBytes: 2000 })
  pulled.meter.createCounter('small').add(1)
  const large = pulled.meter.createCounter('large')
  for (let user = 0; user < 100; user++) large.add(1, { user })
  pulled.meter.createCounter('after').add(1)
  const { families } = await pulled.scrape(OPEN_METRICS)
  expect(families.map(({ name }) => name)).toEqual(['target', 'small', 'after'])
  await pulled.scrape(OPEN_METRICS)
  expect(said).toEqual([expect.stringContaining('"large" among them')])
})

test('attributes of no kind in particular do not stop a page', async () => {
  const pulled = new Pulled()
  const bytes = new Uint8Array([1, 2])
  const value = { big: 12345678901234567890n, nested: { a: [null, Infinity], b: bytes }, bytes, nothing: null }
  pulled.meter.createCounter('c').add(1, value)
  const [sample] = await pulled.samples('c')
  expect(sample?.labels['bytes']).toBe('AQI=')
  expect(sample?.labels['nested']).toBe('{"a":[null,"Infinity"],"b":"AQI="}')
})

test('two metrics of one meter that come to one name: the first is there, and that is said', async () => {
  const said = warnings()
  const pulled = new Pulled()
  pulled.meter.createCounter('a.b').add(1, { x: 1 })
  pulled.meter.createCounter('a_b').add(2, { x: 1 })
  expect((await pulled.samples('a_b')).map(({ value }) => value)).toEqual([1])
  expect(said).toEqual([expect.stringContaining('The metric "a_b" is not at /metrics')])
})

test('an exponential histogram of negative values ascends', async () => {
  const views = [{ instrumentName: 'balance', aggregation: { type: 'exponentialHistogram' } }] as const
  const pulled = new Pulled({}, { views })
  const balance = pulled.meter.createUpDownCounter('balance')
  for (const value of [-3, -1.5, 0, 0.7]) balance.add(value)
  const buckets = (await pulled.samples('balance')).filter(({ name }) => name.endsWith('_bucket'))
  expect(buckets.map(({ labels, value }) => `${labels['le']} ${value}`)).toEqual([
    '-2.0 1',
    '-1.0 2',
    '0.0 3',
    '0.5 3',
    '1.0 4',
    '+Inf 4',
  ])
})

test('a page of many thousand samples is whole, in pieces', async () => {
  const pulled = new Pulled()
  const histogram = pulled.meter.createHistogram('h', { unit: 's' })
  for (let user = 0; user < 1000; user++) histogram.record(user, { user })
  pulled.meter.createCounter('after').add(1)
  const { body } = await pulled.page.answer({
    accept: undefined,
    acceptEncoding: undefined,
    scrapeTimeoutSeconds: undefined,
  })
  expect(body.length).toBeGreaterThan(10)
  const { families } = await pulled.scrape()
  expect(families.map(({ name, samples }) => [name, samples.length])).toEqual([
    ['target_info', 1],
    ['h_seconds', 18_000],
    ['after_total', 1],
  ])
})

test('an instrument whose unit and description are no texts takes nothing else off the page', async () => {
  const pulled = new Pulled()
  pulled.meter.createCounter('before').add(1)
  pulled.meter.createCounter('odd', { unit: 5 as never, description: { a: 1 } as never }).add(2)
  pulled.meter.createCounter('after').add(3)
  const { status, text } = await pulled.scrape()
  expect(status).toBe(200)
  expect(text).toContain(`odd_total{${SCOPE}} 2\n`)
  expect(text).toContain(`after_total{${SCOPE}} 3\n`)
})

test('a collection that breaks off is no page: it is answered with 500, and told', async () => {
  const said = errors()
  const pulled = new Pulled()
  pulled.meter.createCounter('before').add(1)
  pulled.provider.getMeter('broken')
  const meters = pulled.provider.meters()
  const broken = Object.create(meters.at(-1) ?? {}, {
    streams: { value: { ofReader: () => [{ collect: () => { throw new Error('broken') } }] } }, // prettier-ignore
    callbacks: { value: { run() {} } },
  }) as (typeof meters)[number]
  pulled.provider.meters = () => [...meters, broken]
  expect((await pulled.scrape()).status).toBe(500)
  expect(said).toEqual(['/metrics could not be written'])
  expect(pulled.problems.map(String)).toEqual(['Error: broken'])
})
