import type { Clock } from '../../core/clock.ts'
import { NO_ATTRIBUTES } from '../../otlp/attribute-bag.ts'
import type { Metric, ScopeGroup } from '../../otlp/model.ts'
import type { CollectedMetric } from './collected-metric.ts'
import type { Meter } from './meter.ts'
import type { ObservationRound } from './observable-callbacks.ts'
import { ObservedStorage } from './observed-storage.ts'
import type { ReaderProfile } from './reader-profile.ts'
import type { MeterIdentity } from './stream-plan.ts'
import { TurnSlices } from './turn-slices.ts'
import { toUnixNano } from './unix-nano.ts'
import { ValueBuffer } from './value-buffer.ts'

/** What a collector needs of its provider. */
export interface CollectorHost {
  readonly clock: Clock
  readonly unixNow: () => number
  readonly onProblem: (error: unknown) => void
  meters(): readonly Meter[]
  /** Runs one collection after the other, whosever they are. Never rejects. @returns whether it came to its end */
  inTurn(work: () => Promise<void>): Promise<boolean>
}

/**
 * Takes one metric, whole and of one moment, which is there until the promise that this returns is settled; while it
 * waits for it, other work gets its turn. Must not throw.
 */
export type TakeMetric = (meter: MeterIdentity, metric: CollectedMetric, slices: TurnSlices) => void | Promise<void>

/** Collects for one reader. */
export class MetricCollector {
  readonly #host: CollectorHost
  readonly #index: number
  readonly #profile: ReaderProfile
  /** Kept from one collection to the next: a new one each time would bring on the collector of garbage. */
  readonly #buffer = new ValueBuffer()
  #latestUnixMs = 0

  constructor(host: CollectorHost, index: number, profile: ReaderProfile) {
    this.#host = host
    this.#index = index
    this.#profile = profile
  }

  /**
   * Calls the callbacks of all observable instruments, for at most `limitMs`, and then hands over every metric that has
   * points, in slices: no turn of the event loop is held for long. Never rejects.
   *
   * @returns false when it broke off, which the provider has told: not every metric was handed over
   */
  visit(limitMs: number, take: TakeMetric): Promise<boolean> {
    return this.#host.inTurn(async () => {
      const meters = this.#host.meters()
      const round = this.#begin(meters, limitMs)
      const slices = new TurnSlices(this.#host.clock)
      const open: Promise<void>[] = []
      for (const meter of meters) await meter.callbacks.run(round, slices, open)
      await Promise.all(open)
      const since = this.#exemplarsSince()
      const buffer = this.#buffer
      for (const meter of meters) {
        for (const stream of meter.streams.ofReader(this.#index)) {
          if (slices.isOver) await slices.next()
          buffer.clear()
          const metric = stream.collect(toUnixNano(this.#host.unixNow()), since, buffer)
          if (metric !== undefined) await take(meter.identity, metric, slices)
        }
      }
      buffer.clear()
    })
  }

  /** The same at once, for the end of the process: of callbacks only what they observe without waiting. */
  visitNow(take: (meter: MeterIdentity, metric: CollectedMetric) => void): void {
    const meters = this.#host.meters()
    const round = this.#begin(meters, 0)
    for (const meter of meters) meter.callbacks.runNow(round)
    const since = this.#exemplarsSince()
    const buffer = new ValueBuffer()
    for (const meter of meters) {
      for (const stream of meter.streams.ofReader(this.#index)) {
        buffer.clear()
        const metric = stream.collect(toUnixNano(this.#host.unixNow()), since, buffer)
        if (metric !== undefined) take(meter.identity, metric)
      }
    }
  }

  /** Everything at once, grouped by meter. Never rejects. */
  async collect(limitMs: number): Promise<readonly ScopeGroup<Metric>[]> {
    const groups = new Map<MeterIdentity, Metric[]>()
    await this.visit(limitMs, (meter, collected) => {
      const metric = collected.slice(0, collected.count)
      const known = groups.get(meter)
      if (known === undefined) groups.set(meter, [metric])
      else known.push(metric)
    })
    return Array.from(groups, ([{ name, version, schemaUrl }, items]) => ({
      scope: { name, version, attributes: NO_ATTRIBUTES, droppedAttributesCount: 0 },
      schemaUrl,
      items,
    }))
  }

  #begin(meters: readonly Meter[], limitMs: number): ObservationRound {
    const index = this.#index
    for (const meter of meters) {
      for (const { storage } of meter.streams.ofReader(index)) if (storage instanceof ObservedStorage) storage.begin()
    }
    const { clock, onProblem } = this.#host
    return {
      clock,
      reader: this,
      limitMs,
      onProblem,
      findTargets: (instrument) =>
        instrument.streams.filter(({ readers }) => readers.has(index)).map(({ storage }) => storage),
    }
  }

  #exemplarsSince(): number {
    const before = this.#latestUnixMs
    this.#latestUnixMs = this.#host.unixNow()
    return this.#profile.exemplars === 'new' ? before : 0
  }
}
