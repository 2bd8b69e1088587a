import { diag } from '@opentelemetry/api'
import type { ExemplarPolicy } from './exemplar-policy.ts'
import type { InstrumentDescriptor } from './instrument-descriptor.ts'
import type { ResolvedView } from './metric-view.ts'
import { MetricStream } from './metric-stream.ts'
import { ObservedStorage } from './observed-storage.ts'
import { isDelta, type ReaderProfile } from './reader-profile.ts'
import { SeriesStorage } from './series-storage.ts'
import { type MeterIdentity, planStreams, type StreamPlan } from './stream-plan.ts'

/** What holds for all meters of a provider. */
export interface MeterRules {
  readonly readers: readonly ReaderProfile[]
  readonly views: readonly ResolvedView[]
  readonly cardinalityLimit: number
  readonly policy: ExemplarPolicy
}

/** The streams of one meter. Readers of the same temporality share one; a delta reader has its own. */
export class StreamRegistry {
  readonly #meter: MeterIdentity
  readonly #rules: MeterRules
  readonly #streams = new Map<string, MetricStream>()
  /** What is known of each metric name of each reader, to see conflicts. */
  readonly #signatures = new Map<string, Set<string>>()

  constructor(meter: MeterIdentity, rules: MeterRules) {
    this.#meter = meter
    this.#rules = rules
  }

  /** The streams of a new instrument. */
  open(instrument: InstrumentDescriptor): readonly MetricStream[] {
    // A set: two views that ask for the very same are one stream, and nothing is to be counted twice.
    const opened = new Set<MetricStream>()
    for (const [index, reader] of this.#rules.readers.entries()) {
      for (const plan of planStreams(instrument, this.#meter, reader, this.#rules)) {
        this.#warnOfConflict(plan, index)
        const stream = this.#streamOf(
          instrument,
          plan,
          isDelta(reader.temporality, instrument.type) ? index : undefined,
        )
        stream.readers.add(index)
        if (plan.description.length > stream.description.length) stream.description = plan.description
        opened.add(stream)
      }
    }
    return Array.from(opened)
  }

  /** In the order in which they were opened. */
  ofReader(index: number): readonly MetricStream[] {
    return Array.from(this.#streams.values()).filter((stream) => stream.readers.has(index))
  }

  #streamOf(instrument: InstrumentDescriptor, plan: StreamPlan, deltaReader: number | undefined): MetricStream {
    const key = `${deltaReader ?? 'cumulative'} ${plan.signature}`
    const known = this.#streams.get(key)
    if (known !== undefined) return known
    const stream = new MetricStream({
      name: plan.name,
      description: plan.description,
      unit: instrument.unit,
      aggregation: plan.aggregation,
      isDelta: deltaReader !== undefined,
      storage: this.#createStorage(instrument, plan, deltaReader !== undefined),
    })
    this.#streams.set(key, stream)
    return stream
  }

  #createStorage(
    instrument: InstrumentDescriptor,
    plan: StreamPlan,
    isDelta: boolean,
  ): SeriesStorage | ObservedStorage {
    const { policy } = this.#rules
    const { aggregation, cardinalityLimit, keeps } = plan
    const isObserved = instrument.type.startsWith('observable_')
    if (isObserved && (aggregation.kind === 'sum' || aggregation.kind === 'lastValue')) {
      return new ObservedStorage({
        kind: aggregation.kind,
        isMonotonic: aggregation.kind === 'sum' && aggregation.isMonotonic,
        valueType: aggregation.valueType,
        isDelta,
        cardinalityLimit,
        keeps,
        unixNow: policy.unixNow,
      })
    }
    return new SeriesStorage({ aggregation, isDelta, cardinalityLimit, keeps, policy })
  }

  #warnOfConflict(plan: StreamPlan, reader: number): void {
    const key = `${reader} ${plan.name.toLowerCase()}`
    const known = this.#signatures.get(key)
    if (known === undefined) return void this.#signatures.set(key, new Set([plan.signature]))
    if (known.has(plan.signature)) return
    known.add(plan.signature)
    diag.warn(
      `The meter "${this.#meter.name}" has a metric "${plan.name}" already, with another type, unit or aggregation. ` +
        'Both are exported, and a backend may mix them up: rename one of them, by a view if the code is not yours.',
    )
  }
}
