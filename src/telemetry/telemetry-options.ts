import type { IncomingMessage } from 'node:http'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Environment } from '../core/env-reader.ts'
import { type FinalFlush, type Flusher, type FlushOutcome, processFinalFlush } from '../core/final-flush.ts'
import { type Log, silentLog } from '../core/log.ts'
import { OptionReader } from '../core/option-reader.ts'
import type { Signal } from '../otlp/model.ts'
import { type EngineChoices, readEngineOptions, type TelemetryEngineOptions } from './engine-options.ts'
import type { SignalAccount } from './pipeline/signal-account.ts'
import type { ScrapeAnswer, ScrapeRequest } from './prometheus/scrape.ts'
import type { ResourceAttributes } from './resource/resource.ts'
import type { TelemetrySampling } from './sampling-handle.ts'

/** What {@link createTelemetry} takes. Where telemetry goes is said by the standard `OTEL_*` variables. */
export interface TelemetryOptions extends TelemetryEngineOptions {
  /** `service.name`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` says otherwise. */
  readonly serviceName: string
  /** `service.version`, unless `OTEL_RESOURCE_ATTRIBUTES` says otherwise. @default absent */
  readonly serviceVersion?: string
  /** The environment variables, aliases already expanded. */
  readonly env: Environment
  /** @default the real time */
  readonly clock?: Clock
  /** For what telemetry has to say of itself: at most a line a minute of each kind. @default says nothing */
  readonly log?: Log
  /** Where the final flush of a shutdown finds this telemetry. @default the one of the process */
  readonly finalFlush?: FinalFlush
  /**
   * Requests that leave neither spans nor metrics, nor does anything that is done for them: probes.
   *
   * @default none
   */
  readonly ignoreRequest?: (request: IncomingMessage) => boolean
  /** Attributes of the resource; `OTEL_RESOURCE_ATTRIBUTES` wins over them. @default none */
  readonly resourceAttributes?: ResourceAttributes
  /** What is observed without being asked for. @default everything */
  readonly instrument?: InstrumentOptions
}

export interface InstrumentOptions {
  /** Spans and metrics of HTTP servers and clients, `fetch` included. @default true */
  readonly http?: boolean
  /** Spans and metrics of database clients that publish what they do: ioredis, redis, mysql2, `node:sqlite`. @default true */
  readonly databases?: boolean
  /** Metrics of the event loop, memory, garbage collection and processor time. @default true */
  readonly runtime?: boolean
}

export interface ResolvedTelemetryOptions {
  readonly serviceName: string
  readonly serviceVersion: string | undefined
  readonly env: Environment
  readonly clock: Clock
  readonly log: Log
  readonly finalFlush: FinalFlush
  readonly ignoreRequest: (request: IncomingMessage) => boolean
  readonly resourceAttributes: ResourceAttributes
  readonly instrument: Required<InstrumentOptions>
  readonly engine: EngineChoices
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message */
export function resolveTelemetryOptions(options: TelemetryOptions): ResolvedTelemetryOptions {
  const read = new OptionReader(options, 'createTelemetry()')
  const instrument = new OptionReader(read.value('instrument'), 'createTelemetry(), instrument')
  const resolved: ResolvedTelemetryOptions = {
    serviceName: read.text('serviceName'),
    serviceVersion: read.value('serviceVersion'),
    env: readEnv(read),
    clock: read.value('clock') ?? systemClock,
    log: read.value('log') ?? silentLog,
    finalFlush: read.value('finalFlush') ?? processFinalFlush,
    ignoreRequest: read.callback<(request: IncomingMessage) => boolean>('ignoreRequest') ?? (() => false),
    resourceAttributes: read.value('resourceAttributes') ?? {},
    instrument: {
      http: instrument.boolean('http', { fallback: true }),
      databases: instrument.boolean('databases', { fallback: true }),
      runtime: instrument.boolean('runtime', { fallback: true }),
    },
    engine: readEngineOptions(read),
  }
  read.done()
  instrument.done()
  return Object.freeze(resolved)
}

/** What can be asked of the telemetry of a running service, and changed. */
export interface ServiceTelemetry {
  /** What all three signals have in common. */
  readonly resource: ResourceAttributes
  /** What is sampled, and how to change it at once. */
  readonly sampling: TelemetrySampling
  /**
   * Where everything went, per signal: `created = delivered + rejected + spooled + dropped + pending` at every moment.
   * With a `provider` of your own, all zero: an SDK keeps no such account.
   */
  account(): Readonly<Record<Signal, SignalAccount>>
  /**
   * Of each signal whose latest attempt delivered nothing, why; or perhaps nothing, where what said yes may be no collector.
   * Empty before the first attempt, and again as soon as one delivers.
   */
  failures(): Readonly<Partial<Record<Signal, string>>>
}

/** Traces, metrics and logs of this process, from the OpenTelemetry API to the collector. */
export interface Telemetry extends Flusher, ServiceTelemetry {
  /** Whether Seaworthy records and delivers: false with a `provider` of your own, of which it knows the end only. */
  readonly isOwn: boolean
  /**
   * Loads what the chosen protocol needs, registers itself with the OpenTelemetry API and begins to observe. Succeeds
   * at once whether or not a collector can be reached. Call it before anything asks the API for a meter: those handed
   * out earlier stay without effect. Safe to call again: every call gets the same start.
   */
  start(): Promise<void>
  /**
   * Sends a line of pino's JSON as a log record. Lines from before the start are kept (1000 at most) and sent then.
   * Those that telemetry itself writes from the final flush on are left out: they are about what can't be sent any more.
   * Never throws.
   */
  emitLogLine(line: string): void
  /**
   * The metrics as Prometheus scrapes them, of now; also after the last flush. Where none are served the answer says
   * why. Never rejects.
   */
  scrape(request: ScrapeRequest): Promise<ScrapeAnswer>
  /**
   * The last flush: collects metrics once more, delivers what is pending, tries again what fails, and closes. Takes at
   * most `limitMs` even when the collector hangs, never rejects, and is done once: every call gets the same outcome.
   * What is created later counts as dropped.
   */
  flush(limitMs: number): Promise<FlushOutcome>
  /**
   * Flushes with a limit of 4 s and closes. During a shutdown it returns at once and leaves the work to the flush at
   * the end, so that spans which end after this call are delivered, too.
   */
  shutdown(): Promise<void>
  /** Stops observing and frees the places in the OpenTelemetry API. For tests that run several in one process. */
  uninstall(): void
}

/** Left out, every `OTEL_*` variable would be ignored without a word; JavaScript has no types to say so. */
function readEnv(read: OptionReader): Environment {
  const env = read.value<Environment>('env')
  if (env === undefined) read.problem('"env" is required: usually process.env')
  return env ?? {}
}
