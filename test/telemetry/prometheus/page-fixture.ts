import { gunzipSync } from 'node:zlib'
import { systemClock } from '../../../src/core/clock.ts'
import type { MetricCollector } from '../../../src/telemetry/metrics/metric-collector.ts'
import { MetricsPage, type MetricsPageOptions } from '../../../src/telemetry/prometheus/metrics-page.ts'
import type { ScrapeAnswer, ScrapeRequest } from '../../../src/telemetry/prometheus/scrape.ts'
import { Metrics, reader } from '../metrics/metrics-fixture.ts'
import { type ParsedFamily, parsePage, type Sample } from './open-metrics-parser.ts'

export const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0'
/** What Prometheus 3 asks for by itself. */
export const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1'

export interface ScrapedPage {
  readonly status: number
  readonly type: string | undefined
  readonly text: string
  readonly families: readonly ParsedFamily[]
}

/** Instruments, and a page of them. */
export class Pulled extends Metrics {
  readonly page: MetricsPage

  constructor(options: Partial<MetricsPageOptions> = {}, metrics: ConstructorParameters<typeof Metrics>[0] = {}) {
    super({ readers: [reader({ exemplars: 'latest' })], ...metrics })
    this.page = new MetricsPage({
      collector: this.provider.collectors.at(-1) as MetricCollector,
      resource: { 'service.name': 'shop' },
      clock: systemClock,
      names: 'underscores',
      ...options,
    })
  }

  /** The page, read strictly. */
  async scrape(accept?: string, request: Partial<ScrapeRequest> = {}): Promise<ScrapedPage> {
    const answer = await this.page.answer({
      accept,
      acceptEncoding: undefined,
      scrapeTimeoutSeconds: undefined,
      ...request,
    })
    const text = textOf(answer)
    const type = answer.headers['content-type']
    const isOpenMetrics = type?.startsWith('application/openmetrics-text') === true
    const families = answer.status === 200 ? parsePage(text, { isOpenMetrics }) : []
    return { status: answer.status, type, text, families }
  }

  /** Samples of a family; fails when it is not there. */
  async samples(family: string, accept = OPEN_METRICS): Promise<readonly Sample[]> {
    const { families } = await this.scrape(accept)
    const found = families.find(({ name }) => name === family)
    if (found === undefined) throw new Error(`no ${family} among ${families.map(({ name }) => name).join(', ')}`)
    return found.samples
  }
}

export function textOf({ body, headers }: ScrapeAnswer): string {
  if (typeof body === 'string') return body
  const bytes = Buffer.concat(body)
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString()
}
