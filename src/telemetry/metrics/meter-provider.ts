import {
  type Context,
  createNoopMeter,
  diag,
  type Meter as ApiMeter,
  type MeterOptions,
  type MeterProvider as ApiMeterProvider,
} from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../core/clock.ts'
import type { ExemplarFilter } from '../env/metrics-env.ts'
import { ExemplarPolicy } from './exemplar-policy.ts'
import { textOrNothing } from './given-text.ts'
import { Meter } from './meter.ts'
import { type CollectorHost, MetricCollector } from './metric-collector.ts'
import { type MetricView, resolveMetricViews } from './metric-view.ts'
import type { ReaderProfile } from './reader-profile.ts'
import type { MeterRules } from './stream-registry.ts'

/** Meters at most; whoever asks for more makes names of data. */
const MAX_METERS = 1000
/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#cardinality-limits */
const CARDINALITY_LIMIT = 2000

export interface MeterProviderOptions {
  readonly clock: Clock
  /** One collector is made for each, in this order. Without any, instruments record nothing. */
  readonly readers: readonly ReaderProfile[]
  /** @default none */
  readonly views?: readonly MetricView[] | undefined
  /** Series of each stream, the overflow included. @default 2000, as the specification says */
  readonly cardinalityLimit?: number | undefined
  /** @default 'trace_based', as the specification says */
  readonly exemplarFilter?: ExemplarFilter | undefined
  /** The context of the code that runs, for exemplars. @default that of the API */
  readonly activeContext?: (() => Context) | undefined
  /** Milliseconds since 1970. @default the time of day */
  readonly unixNow?: (() => number) | undefined
  /** 0 to 1, chooses exemplars. @default Math.random */
  readonly random?: (() => number) | undefined
  /** Called with what failed in a collection: a `SeaworthyError`. */
  readonly onProblem?: ((error: unknown) => void) | undefined
  /** What `forceFlush()` of whoever knows this provider does. @default nothing */
  readonly flush?: (() => Promise<void>) | undefined
}

/**
 * The metrics of a process: hands out meters, and collects for its readers.
 *
 * What holds: recording never throws, never waits and never grows beyond its limits; a collection never rejects.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/
 */
export class MeterProvider implements ApiMeterProvider, CollectorHost {
  readonly clock: Clock
  readonly unixNow: () => number
  readonly onProblem: (error: unknown) => void
  /** One for each reader, in their order. */
  readonly collectors: readonly MetricCollector[]
  readonly #rules: MeterRules
  readonly #flush: () => Promise<void>
  readonly #meters = new Map<string, Meter>()
  readonly #names = new Set<string>()
  /** Callbacks are to see no context of a request, even if it was a request that asked for the collection. */
  readonly #detached = AsyncLocalStorage.snapshot()
  #turn: Promise<unknown> = Promise.resolve()
  #hasWarned = false

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a view that makes no sense */
  constructor(options: MeterProviderOptions) {
    this.clock = options.clock
    this.unixNow = options.unixNow ?? ((): number => new Date().getTime())
    this.onProblem = options.onProblem ?? ((): void => {})
    this.#flush = options.flush ?? ((): Promise<void> => Promise.resolve())
    this.#rules = {
      readers: options.readers,
      views: resolveMetricViews(options.views ?? [], 'views'),
      cardinalityLimit: options.cardinalityLimit ?? CARDINALITY_LIMIT,
      policy: new ExemplarPolicy({
        filter: options.exemplarFilter ?? 'trace_based',
        activeContext: options.activeContext,
        random: options.random,
        unixNow: this.unixNow,
      }),
    }
    this.collectors = options.readers.map((profile, index) => new MetricCollector(this, index, profile))
  }

  /** The same meter for the same name, version and schema. */
  getMeter(name: string, version?: string, options?: MeterOptions): ApiMeter {
    const identity = {
      name: textOrNothing(name),
      version: textOrNothing(version),
      schemaUrl: textOrNothing(options?.schemaUrl),
    }
    const key = JSON.stringify(identity)
    const known = this.#meters.get(key)
    if (known !== undefined) return known
    if (this.#meters.size >= MAX_METERS) {
      if (!this.#hasWarned) diag.warn(`There are ${MAX_METERS} meters already; more of them record nothing. Said once.`)
      this.#hasWarned = true
      return createNoopMeter()
    }
    const meter = new Meter(identity, this.#rules)
    this.#meters.set(key, meter)
    this.#names.add(identity.name)
    return meter
  }

  /** Whether a meter of this name was handed out: who has one measures, or is about to. */
  wasAskedFor(name: string): boolean {
    return this.#names.has(name)
  }

  /** For whoever takes this for the provider of the stock SDK. */
  forceFlush(): Promise<void> {
    return this.#flush()
  }

  /** Only the telemetry itself shuts down: a provider that somebody shuts down early goes on. */
  shutdown(): Promise<void> {
    return this.#flush()
  }

  meters(): readonly Meter[] {
    return Array.from(this.#meters.values())
  }

  inTurn(work: () => Promise<void>): Promise<boolean> {
    const run = async (): Promise<boolean> => {
      try {
        await this.#detached(work)
        return true
      } catch (error) {
        this.onProblem(error)
        return false
      }
    }
    const turn = this.#turn.then(run)
    this.#turn = turn
    return turn
  }
}
