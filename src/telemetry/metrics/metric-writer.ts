import { encodeMetric } from '../../otlp/encode-metric.ts'
import type { OpenChunk } from '../encode/open-chunk.ts'
import type { OpenChunks } from '../encode/open-chunks.ts'
import type { CollectedMetric } from './collected-metric.ts'
import type { MeterIdentity } from './stream-plan.ts'

/** Points of one message: some ten microseconds of work, and a small part of a chunk. */
const POINTS_PER_MESSAGE = 32

/**
 * Encodes one metric into the open chunk of its meter, a few points at a time. What is not written yet can be finished at
 * any moment, at once: a collection that is cut short by the end of the process loses nothing that it took.
 */
export class MetricWriter {
  readonly #chunk: OpenChunk
  readonly #metric: CollectedMetric
  readonly #onProblem: (error: unknown) => void
  #next = 0

  constructor(chunks: OpenChunks, meter: MeterIdentity, metric: CollectedMetric, onProblem: (error: unknown) => void) {
    this.#chunk = chunks.scope(meter)
    this.#metric = metric
    this.#onProblem = onProblem
  }

  get isDone(): boolean {
    return this.#next >= this.#metric.count
  }

  /** Writes the next few points. Never throws. */
  step(): void {
    const start = this.#next
    const end = Math.min(start + POINTS_PER_MESSAGE, this.#metric.count)
    this.#next = end
    if (this.#write(start, end)) return
    // One of them has no form in OTLP: the others are not to be lost with it.
    for (let index = start; index < end; index++) {
      if (!this.#write(index, index + 1)) this.#chunk.rollback(1)
    }
  }

  finish(): void {
    while (!this.isDone) this.step()
  }

  /** False when they can't be encoded; the chunk is then as before, but for a single point, which is still begun. */
  #write(start: number, end: number): boolean {
    const writer = this.#chunk.begin()
    try {
      encodeMetric(writer, this.#metric.slice(start, end))
    } catch (error) {
      if (end - start > 1) this.#chunk.rollback()
      else this.#onProblem(error)
      return false
    }
    this.#chunk.commit(end - start)
    return true
  }
}
