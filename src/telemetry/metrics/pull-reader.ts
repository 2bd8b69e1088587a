import type { Metric, ScopeGroup } from '../../otlp/model.ts'
import type { MetricCollector } from './metric-collector.ts'

/** Longer than callbacks should take, shorter than the 10 s that Prometheus waits for an answer. */
const CALLBACK_LIMIT_MS = 5000

/** A reader that collects when it is asked: the values of a Prometheus page. */
export class PullReader {
  readonly #collector: MetricCollector
  #collecting: Promise<readonly ScopeGroup<Metric>[]> | undefined

  constructor(collector: MetricCollector) {
    this.#collector = collector
  }

  /**
   * What is there now, grouped by meter. Never rejects. Who asks while another collection runs gets the same one.
   *
   * @param limitMs how long callbacks of observable instruments may take. @default 5000
   */
  collect(limitMs = CALLBACK_LIMIT_MS): Promise<readonly ScopeGroup<Metric>[]> {
    this.#collecting ??= this.#collect(limitMs)
    return this.#collecting
  }

  async #collect(limitMs: number): Promise<readonly ScopeGroup<Metric>[]> {
    try {
      return await this.#collector.collect(limitMs)
    } finally {
      this.#collecting = undefined
    }
  }
}
