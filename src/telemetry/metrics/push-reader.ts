import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cancel, Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import type { OpenChunks } from '../encode/open-chunks.ts'
import type { MetricCollector } from './metric-collector.ts'
import { MetricWriter } from './metric-writer.ts'

export interface PushReaderOptions {
  readonly collector: MetricCollector
  /** Of the signal `metrics`; its items are data points. */
  readonly chunks: OpenChunks
  readonly clock: Clock
  /** From the beginning of one collection to that of the next, at the least. `OTEL_METRIC_EXPORT_INTERVAL` */
  readonly intervalMs: number
  /** How long callbacks of observable instruments may take in a collection. `OTEL_METRIC_EXPORT_TIMEOUT` */
  readonly timeoutMs: number
  readonly onProblem: (error: unknown) => void
}

/**
 * Collects at each interval and encodes what it finds, in slices of the event loop. Collections never overlap: one that
 * takes long delays the next. What was collected is in the chunks, and from there in the pipeline, which delivers it in
 * order and tries again: nothing of it is lost, with delta temporality either.
 */
export class PushReader {
  readonly #options: PushReaderOptions
  /** A timer keeps the context in which it is set: this one is to keep none of a request. */
  readonly #detached = AsyncLocalStorage.snapshot()
  #cancel: Cancel = () => {}
  #collecting: Promise<void> | undefined
  #writing: MetricWriter | undefined
  #isStarted = false
  #isClosed = false

  constructor(options: PushReaderOptions) {
    this.#options = options
  }

  /** Begins: the first collection is one interval away. The timer does not keep the process alive. */
  start(): void {
    if (this.#isStarted || this.#isClosed) return
    this.#isStarted = true
    this.#schedule(this.#options.intervalMs)
  }

  /**
   * Collects what is there now and hands it on, for at most `limitMs`; what callbacks have not observed by then is
   * missing. Never rejects.
   */
  async collectNow(limitMs: number): Promise<void> {
    const { clock } = this.#options
    const deadline = clock.now() + limitMs
    // One that runs may have passed by what was recorded since it began, so another one follows it.
    if (this.#collecting !== undefined) {
      const running = this.#collecting
      await settleWithin(clock, limitMs, () => running)
    }
    const leftMs = Math.max(0, deadline - clock.now())
    const done = await settleWithin(clock, leftMs, () => this.#collect(Math.max(1, leftMs * CALLBACK_SHARE)))
    if (done.outcome !== 'done') this.collectSync()
  }

  /** The same at once, without waiting for anything: for the `exit` of the process. Never throws. */
  collectSync(): void {
    if (this.#isClosed) return
    try {
      this.#writing?.finish()
      const { collector, chunks, onProblem } = this.#options
      collector.visitNow((meter, metric) => new MetricWriter(chunks, meter, metric, onProblem).finish())
    } catch (error) {
      this.#options.onProblem(error)
    }
    this.#options.chunks.sealAll()
  }

  /** Collects a last time, for at most `limitMs`, and then never again. Never rejects. */
  async close(limitMs: number): Promise<void> {
    if (this.#isClosed) return
    this.#cancel()
    this.#isStarted = true
    await this.collectNow(limitMs)
    this.#isClosed = true
  }

  #schedule(delayMs: number): void {
    const { clock } = this.#options
    this.#cancel = this.#detached(() => clock.schedule(delayMs, () => void this.#tick(), { keepAlive: false }))
  }

  async #tick(): Promise<void> {
    const { clock, intervalMs, timeoutMs } = this.#options
    const startedAt = clock.now()
    await this.#collect(timeoutMs)
    if (!this.#isClosed) this.#schedule(Math.max(0, intervalMs - (clock.now() - startedAt)))
  }

  /** One collection; who comes while it runs waits for the same one. */
  #collect(callbackLimitMs: number): Promise<void> {
    this.#collecting ??= this.#collectOnce(callbackLimitMs)
    return this.#collecting
  }

  async #collectOnce(callbackLimitMs: number): Promise<void> {
    const { collector, chunks, onProblem } = this.#options
    try {
      await collector.visit(callbackLimitMs, async (meter, metric, slices) => {
        if (this.#isClosed) return
        const writer = new MetricWriter(chunks, meter, metric, onProblem)
        this.#writing = writer
        while (!writer.isDone) {
          if (slices.isOver) await slices.next()
          writer.step()
        }
        this.#writing = undefined
      })
      chunks.sealAll()
    } catch (error) {
      onProblem(error)
    } finally {
      this.#writing = undefined
      this.#collecting = undefined
    }
  }
}

/** Of the time of a final collection, what callbacks may take: the rest is for encoding. */
const CALLBACK_SHARE = 0.8
