import { diag } from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import type { Attributes } from '../../otlp/model.ts'
import type { MetricNames } from '../env/prometheus-env.ts'
import type { MetricCollector } from '../metrics/metric-collector.ts'
import { TurnSlices } from '../metrics/turn-slices.ts'
import { acceptsGzip, gzipPieces } from './gzip-pieces.ts'
import { Naming } from './naming.ts'
import { chooseFormat, type PageFormat } from './page-format.ts'
import { PageWriter } from './page-writer.ts'
import type { ScrapeAnswer, ScrapeRequest } from './scrape.ts'

export interface MetricsPageOptions {
  readonly collector: MetricCollector
  readonly resource: Attributes
  readonly clock: Clock
  readonly names: MetricNames
  /** @default 32 MiB: some hundred thousand series */
  readonly maxBytes?: number
}

const MAX_BYTES = 32 * 1024 * 1024
/** Of a scrape that does not say how long it may take: Prometheus' own default. */
const SCRAPE_LIMIT_MS = 10_000
/** Of the time of a scrape, what the answer may take to be there: the rest is for the network. */
const ANSWER_SHARE = 0.9
/** Of the time of a scrape, what callbacks may take, so that one that hangs costs only its own values. */
const CALLBACK_SHARE = 0.5

/**
 * The page that Prometheus scrapes. Whoever asks while a page of the same format is being made gets that one, and pages
 * are made in slices: however often they are asked for, requests of the service get their turn.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/prometheus/
 */
export class MetricsPage {
  readonly #options: MetricsPageOptions
  readonly #legacy = new Naming(false)
  readonly #utf8 = new Naming(true)
  readonly #making = new Map<string, Promise<readonly Uint8Array[]>>()

  constructor(options: MetricsPageOptions) {
    this.#options = options
  }

  /** Never rejects, and takes hardly longer than the scraper waits. */
  async answer({ accept, acceptEncoding, scrapeTimeoutSeconds }: ScrapeRequest): Promise<ScrapeAnswer> {
    const { clock, names } = this.#options
    const format = chooseFormat(accept, names)
    const isZipped = acceptsGzip(acceptEncoding)
    const limitMs = toLimitMs(scrapeTimeoutSeconds)
    const made = await settleWithin(clock, limitMs * ANSWER_SHARE, () => this.#page(format, isZipped, limitMs))
    if (made.outcome === 'done') {
      const headers = { 'content-type': format.contentType, vary: 'accept, accept-encoding' }
      const body = made.value
      return { status: 200, headers: isZipped ? { ...headers, 'content-encoding': 'gzip' } : headers, body }
    }
    if (made.outcome === 'failed') diag.error('/metrics could not be written', made.error)
    const why = made.outcome === 'failed' ? 'could not be written' : `were not collected within ${limitMs} ms`
    return { status: made.outcome === 'failed' ? 500 : 503, headers: {}, body: `The metrics ${why}.\n` }
  }

  #page(format: PageFormat, isZipped: boolean, limitMs: number): Promise<readonly Uint8Array[]> {
    const key = `${format.contentType} ${isZipped}`
    const known = this.#making.get(key)
    if (known !== undefined) return known
    const page = this.#make(format, isZipped, limitMs).finally(() => this.#making.delete(key))
    this.#making.set(key, page)
    return page
  }

  async #make(format: PageFormat, isZipped: boolean, limitMs: number): Promise<readonly Uint8Array[]> {
    const { collector, resource, clock, maxBytes = MAX_BYTES } = this.#options
    const naming = format.keepsNames ? this.#utf8 : this.#legacy
    const writer = new PageWriter({ format, naming, resource, maxBytes })
    const isWhole = await collector.visit(limitMs * CALLBACK_SHARE, (meter, metric, slices) =>
      writer.take(meter, metric, slices),
    )
    // A page from which metrics are missing looks like a service that no longer has them.
    if (!isWhole) throw new Error('the collection broke off')
    const pieces = await writer.finish(new TurnSlices(clock))
    return isZipped ? gzipPieces(pieces) : pieces
  }
}

/** What Prometheus says of its patience; nobody waits longer here than it does by default. */
function toLimitMs(seconds: string | undefined): number {
  const limitMs = Number(seconds) * 1000
  return limitMs > 0 ? Math.min(limitMs, SCRAPE_LIMIT_MS) : SCRAPE_LIMIT_MS
}
