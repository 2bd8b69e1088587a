import { monitorEventLoopDelay } from 'node:perf_hooks'

type IntervalHistogram = ReturnType<typeof monitorEventLoopDelay>

/** How often the delay is sampled: fine enough to see a loop that is blocked, coarse enough to cost nothing. */
export const SAMPLE_INTERVAL_MS = 20

/**
 * The delays of the event loop since each reader collected last. Histograms of Node that sample can't be added up, so each
 * reader has its own, from its first collection on: a service that is not scraped pays for one.
 */
export class LoopDelays {
  readonly #histograms = new Map<object, IntervalHistogram>()
  /** Runs from the start, for whoever collects first. */
  readonly #first: IntervalHistogram = begin()

  /** Reads what was sampled since the collection before, and begins anew. Nothing is read where nothing was sampled. */
  take(reader: object, read: (histogram: IntervalHistogram) => void): void {
    const known = this.#histograms.get(reader)
    // Another reader's, which goes on: the best that is known of the time before one's own first collection.
    const histogram = known ?? this.#first
    if (histogram.count > 0) read(histogram)
    if (known !== undefined) known.reset()
    else if (this.#histograms.size > 0) this.#histograms.set(reader, begin())
    else {
      this.#histograms.set(reader, histogram)
      histogram.reset()
    }
  }

  end(): void {
    this.#first.disable()
    for (const histogram of this.#histograms.values()) histogram.disable()
  }
}

function begin(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_INTERVAL_MS })
  histogram.enable()
  return histogram
}
