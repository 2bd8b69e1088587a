import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { Exemplar, Metric, NumberPoint } from '../../../src/otlp/model.ts'
import type { Meter } from '../../../src/telemetry/metrics/meter.ts'
import { MeterProvider, type MeterProviderOptions } from '../../../src/telemetry/metrics/meter-provider.ts'
import type { ReaderProfile } from '../../../src/telemetry/metrics/reader-profile.ts'

export function reader(profile: Partial<ReaderProfile> = {}): ReaderProfile {
  return { temporality: 'cumulative', histogram: 'explicit_bucket_histogram', exemplars: 'new', ...profile }
}

export type Point = Partial<Omit<NumberPoint, 'attributes'>> & {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly exemplars: readonly Exemplar[]
  readonly [field: string]: unknown
}

/** A provider with a time that only the test moves: `at.ms` since 1970. */
export class Metrics {
  readonly clock = new ManualClock()
  readonly at = { ms: 1000 }
  readonly problems: unknown[] = []
  readonly provider: MeterProvider
  readonly meter: Meter

  constructor(options: Partial<MeterProviderOptions> = {}) {
    this.provider = new MeterProvider({
      clock: this.clock,
      readers: [reader()],
      unixNow: () => this.at.ms,
      onProblem: (error) => this.problems.push(error),
      ...options,
    })
    this.meter = this.provider.getMeter('test') as Meter
  }

  async collect(index = 0): Promise<readonly Metric[]> {
    const groups = await (this.provider.collectors[index] as MeterProvider['collectors'][number]).collect(1000)
    return groups.flatMap(({ items }) => items)
  }

  /** The points of a metric; none when it is not there. */
  async points(name: string, index = 0): Promise<readonly Point[]> {
    const metrics = (await this.collect(index)).filter((metric) => metric.name === name)
    return metrics.flatMap(({ data }) => (data.type === 'none' ? [] : (data.points as unknown as readonly Point[])))
  }

  /** Values by their attributes, as text. */
  async values(name: string, index = 0): Promise<Readonly<Record<string, unknown>>> {
    const points = await this.points(name, index)
    return Object.fromEntries(
      points.map((point) => [JSON.stringify(point.attributes), point['value'] ?? point['count']]),
    )
  }
}

/** Seconds as OTLP has them. */
export function nano(ms: number): bigint {
  return BigInt(ms) * 1_000_000n
}
