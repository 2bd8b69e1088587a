import type { OptionReader } from '../core/option-reader.ts'
import type { LogRecordProcessor } from './logs/log-record-processor.ts'
import { type MetricView, resolveMetricViews } from './metrics/metric-view.ts'
import { readTelemetryProvider, type TelemetryProvider } from './provider/telemetry-provider.ts'
import { readSamplingPlan } from './sampling/read-sampling-plan.ts'
import type { ResolvedSamplingPlan, SamplingPlan } from './sampling/sampling-plan.ts'
import { readSpoolOptions, type SpoolOptions } from './spool/spool-options.ts'
import type { SpoolChoice } from './spool/spool-settings.ts'
import type { SpanProcessor } from './trace/span-processor.ts'

/** What is recorded, kept and delivered, as far as the standard variables do not say it. */
export interface TelemetryEngineOptions {
  /**
   * Which traces are sampled, and what is kept of those that are not. `OTEL_TRACES_SAMPLER` wins over it, with a warning.
   * It can be changed while the service runs: `service.telemetry?.sampling.swap(plan)`.
   *
   * @default every trace, and with traces of others as they have decided
   */
  readonly sampling?: SamplingPlan
  /**
   * Views of metrics: other names, fewer attributes, other buckets, or nothing at all. Of an instrument that none fits,
   * there is what its type says.
   *
   * @default none
   */
  readonly views?: readonly MetricView[]
  /**
   * Span processors, as of the SDK for JavaScript: each sees every span that records, in this order, before it is encoded.
   * They are flushed and shut down in the final flush of the service.
   *
   * @default none
   */
  readonly spanProcessors?: readonly SpanProcessor[]
  /**
   * Log record processors, as of the SDK for JavaScript: each sees every record, in this order, before it is encoded. With
   * any, a line of the service's log becomes an object again, which costs a few microseconds a line.
   *
   * @default none
   */
  readonly logRecordProcessors?: readonly LogRecordProcessor[]
  /**
   * Where telemetry waits on disk; `false` keeps it in memory only, so that it is lost with the process.
   * `SEAWORTHY_SPOOL_DIR` wins over it.
   *
   * @default on, where an endpoint is set or a directory named
   */
  readonly spool?: SpoolOptions | false
  /**
   * An OpenTelemetry SDK that you have made and started, which then records instead of Seaworthy: nothing is registered or
   * observed here. It is flushed and shut down in the final flush, within its slice.
   *
   * @default none: Seaworthy records
   */
  readonly provider?: TelemetryProvider
}

/** {@link TelemetryEngineOptions}, checked. */
export interface EngineChoices {
  readonly sampling: ResolvedSamplingPlan | undefined
  readonly views: readonly MetricView[]
  readonly spanProcessors: readonly SpanProcessor[]
  readonly logRecordProcessors: readonly LogRecordProcessor[]
  readonly spool: SpoolChoice | false | undefined
  readonly provider: TelemetryProvider | undefined
}

/** What a provider of one's own decides by itself. */
const OF_THE_ENGINE = ['sampling', 'views', 'spanProcessors', 'logRecordProcessors', 'spool'] as const

/** Reads these options among others; every problem becomes one of `read`. */
export function readEngineOptions(read: OptionReader): EngineChoices {
  const choices: EngineChoices = {
    sampling: readSampling(read),
    views: readViews(read),
    spanProcessors: readProcessors<SpanProcessor>(read, 'spanProcessors', ['onStart', 'onEnd']),
    logRecordProcessors: readProcessors<LogRecordProcessor>(read, 'logRecordProcessors', ['onEmit']),
    spool: readSpoolOptions(read),
    provider: readTelemetryProvider(read),
  }
  const ineffective = OF_THE_ENGINE.filter((name) => read.value(name) !== undefined)
  if (choices.provider !== undefined && ineffective.length > 0) {
    const names = ineffective.map((name) => `"${name}"`).join(', ')
    read.problem(`${names} and "provider" exclude each other: set in the SDK itself what it should do`)
  }
  return choices
}

function readSampling(read: OptionReader): ResolvedSamplingPlan | undefined {
  const value = read.value('sampling')
  return value === undefined ? undefined : collect(read, () => readSamplingPlan(value, 'sampling'))
}

function readViews(read: OptionReader): readonly MetricView[] {
  const views = read.value<readonly MetricView[]>('views') ?? []
  if (!Array.isArray(views)) {
    read.problem('"views" expected a list of views')
    return []
  }
  collect(read, () => resolveMetricViews(views, 'views'))
  return [...views]
}

function readProcessors<P>(read: OptionReader, name: string, methods: readonly string[]): readonly P[] {
  const list = read.value<readonly P[]>(name) ?? []
  if (!Array.isArray(list)) {
    read.problem(`"${name}" expected a list of processors`)
    return []
  }
  for (const [index, processor] of list.entries()) {
    const missing = [...methods, 'forceFlush', 'shutdown'].filter((method) => !hasMethod(processor, method))
    if (missing.length > 0) read.problem(`"${name}[${index}]" has no ${missing.map((each) => `${each}()`).join(', ')}`)
  }
  return [...list]
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function'
}

function collect<T>(read: OptionReader, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    read.problem(error instanceof Error ? error.message : String(error))
    return undefined
  }
}
