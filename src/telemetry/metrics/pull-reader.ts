import type { Metric, ScopeGroup } from '../../otlp/model.ts'
import type { MetricCollector } from './metric-collector.ts'

/** Longer than callbacks should take, shorter than the 10 s that Prometheus waits for an answer. */
const CALLBACK_LIMIT_MS = 5000

/** A reader that collects when it is asked: the values of a Prometheus page. */
export class PullReader {
  readonly #collector: MetricCollector
  readonly #limitMs: number
  #collecting: Promise<readonly ScopeGroup<Metric>[]> | undefined

  /** @param limitMs how long callbacks of observable instruments may take. @default 5000 */
  constructor(collector: MetricCollector, limitMs = CALLBACK_LIMIT_MS) {
    this.#collector = collector
    this.#limitMs = limitMs
  }

  /** What is there now, grouped by meter. Never rejects. Who asks while another collection runs gets the same one. */
  collect(): Promise<readonly ScopeGroup<Metric>[]> {
    this.#collecting ??= this.#collect()
    return this.#collecting
  }

  async #collect(): Promise<readonly ScopeGroup<Metric>[]> {
    try {
      return await this.#collector.collect(this.#limitMs)
    } finally {
      this.#collecting = undefined
    }
  }
}
