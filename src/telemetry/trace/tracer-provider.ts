import type { TracerOptions, TracerProvider as ApiTracerProvider } from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import type { OpenChunks } from '../encode/open-chunks.ts'
import type { InstrumentationScope } from '../encode/chunk-frame.ts'
import type { SpanLimits } from '../env/limits-env.ts'
import type { SpanSampler } from '../sampling/sampler.ts'
import { cleanAttributes } from './attribute-list.ts'
import { RandomWords } from './random-words.ts'
import type { ReadableResource } from './readable-resource.ts'
import type { RecordedSpans } from './recorded-spans.ts'
import { type RecordingSpan, toText } from './recording-span.ts'
import { SpanClock } from './span-clock.ts'
import { type SpanProcessor, SpanProcessors } from './span-processor.ts'
import { type SpanListener, SpanWatch } from './span-watch.ts'
import { Tracer } from './tracer.ts'

/** A service has some dozens. Names that are made up at run time are not kept for ever. */
const MAX_TRACERS = 1024
const FLUSH_LIMIT_MS = 30_000

export interface TracerProviderOptions {
  readonly resource: ReadableResource
  readonly sampler: SpanSampler
  readonly limits: SpanLimits
  /** For deadlines. */
  readonly clock: Clock
  /** Where sampled spans go; `undefined` where nothing is exported. */
  readonly chunks: OpenChunks | undefined
  /** Where spans go that are recorded and not sampled; `undefined` where no sampler asks for that. */
  readonly recorded?: RecordedSpans<RecordingSpan> | undefined
  readonly spanProcessors?: readonly SpanProcessor<RecordingSpan>[] | undefined
  /** Sends what is waiting, within the time given. Called by `forceFlush()` and `shutdown()`. */
  readonly flush?: ((limitMs: number) => Promise<unknown>) | undefined
  /** @default the real time */
  readonly spanClock?: SpanClock | undefined
  /** @default random numbers of `node:crypto` */
  readonly random?: RandomWords | undefined
}

/**
 * The provider that is registered with the API. It has `forceFlush()` and `shutdown()` as that of the SDK has, because
 * some instrumentations call them.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#tracer-provider
 */
export class TracerProvider implements ApiTracerProvider {
  readonly #options: TracerProviderOptions
  readonly #clock: SpanClock
  readonly #random: RandomWords
  readonly #processors = new SpanProcessors<RecordingSpan>()
  readonly #tracers = new Map<string, Tracer>()
  readonly #watches = new Map<string, SpanWatch>()

  constructor(options: TracerProviderOptions) {
    this.#options = options
    this.#clock = options.spanClock ?? new SpanClock()
    this.#random = options.random ?? new RandomWords()
    for (const processor of options.spanProcessors ?? []) this.#processors.add(processor)
  }

  /** Adds a processor of a third party, for spans that begin and end from now on. */
  addSpanProcessor(processor: SpanProcessor<RecordingSpan>): void {
    this.#processors.add(processor)
  }

  /** Of equal names, versions, schema URLs and attributes the same tracer. */
  getTracer(name: string, version?: string, options?: TracerOptions & { readonly attributes?: unknown }): Tracer {
    return this.tracer({
      name: name === undefined || name === null ? '' : toText(name),
      version: version === undefined || version === null ? undefined : toText(version),
      schemaUrl: typeof options?.schemaUrl === 'string' ? options.schemaUrl : undefined,
      attributes: cleanAttributes(options?.attributes, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).attributes,
    })
  }

  /** The same for code of this package, which needs more than the API has. */
  tracer(scope: InstrumentationScope): Tracer {
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl, scope.attributes])
    const known = this.#tracers.get(key)
    if (known !== undefined) return known
    const tracer = this.#createTracer(scope)
    if (this.#tracers.size >= MAX_TRACERS) this.#forgetOldest()
    this.#tracers.set(key, tracer)
    return tracer
  }

  /**
   * Has `listener` told of each span that a tracer of this name begins, just before it does, but for those in contexts in
   * which nothing is traced. For a few names: they are kept.
   *
   * @returns takes it back
   */
  watch(name: string, listener: SpanListener): () => void {
    return this.#watchOf(name).add(listener)
  }

  /** The end of the processors of others: flushed, then shut down. What goes wrong is in the list. Never rejects. */
  async endProcessors(): Promise<readonly unknown[]> {
    const failures = await this.#processors.forceFlush()
    return [...failures, ...(await this.#processors.shutdown())]
  }

  /**
   * Has everything sent that has ended, by the processors of others as well.
   *
   * @throws a list of what went wrong, as the SDK does; this provider's own sending does not fail but goes on trying
   */
  async forceFlush(options?: { readonly timeoutMillis?: number }): Promise<void> {
    const limitMs = options?.timeoutMillis ?? FLUSH_LIMIT_MS
    let failures: readonly unknown[] = [new Error(`span processors took more than ${limitMs} ms to flush`)]
    const others = async (): Promise<void> => {
      failures = await this.#processors.forceFlush()
    }
    await Promise.all([this.#flush(limitMs), settleWithin(this.#options.clock, limitMs, others)])
    if (failures.length > 0) throw failures
  }

  /**
   * Shuts down the processors of others. What is sent by this provider itself goes on: only the telemetry ends that, with
   * its final flush.
   */
  async shutdown(): Promise<void> {
    const [failures] = await Promise.all([this.#processors.shutdown(), this.#flush(FLUSH_LIMIT_MS)])
    if (failures.length > 0) throw failures[0]
  }

  async #flush(limitMs: number): Promise<void> {
    this.#options.chunks?.sealAll()
    await this.#options.flush?.(limitMs)
  }

  #createTracer(scope: InstrumentationScope): Tracer {
    const { resource, sampler, limits, chunks, recorded } = this.#options
    const home = {
      scope,
      resource,
      // A limit of no characters is none, as in the SDK.
      limits: limits.valueLength > 0 ? limits : { ...limits, valueLength: Number.POSITIVE_INFINITY },
      clock: this.#clock,
      random: this.#random,
      processors: this.#processors,
      chunk: chunks?.scope(scope),
      recorded,
    }
    return new Tracer(home, sampler, this.#watchOf(scope.name))
  }

  #watchOf(name: string): SpanWatch {
    let watch = this.#watches.get(name)
    if (watch === undefined) {
      watch = new SpanWatch()
      if (this.#watches.size < MAX_TRACERS) this.#watches.set(name, watch)
    }
    return watch
  }

  #forgetOldest(): void {
    for (const key of this.#tracers.keys()) {
      this.#tracers.delete(key)
      return
    }
  }
}
