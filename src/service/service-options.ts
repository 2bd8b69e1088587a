import { isatty } from 'node:tty'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Duration } from '../core/duration.ts'
import { type Environment, EnvReader } from '../core/env-reader.ts'
import { type FinalFlush, processFinalFlush } from '../core/final-flush.ts'
import { OptionReader } from '../core/option-reader.ts'
import type { HealthCheckerOptions } from '../health/health-checker-options.ts'
import { type LoadConfigOptions, resolveLoadConfigOptions } from '../config/load-config-options.ts'
import { LOG_LEVELS, type LogLevel } from '../logging/log-level.ts'
import { readSignals } from '../lifecycle/signals.ts'
import { resolveShutdownBudget, type ShutdownBudgetOptions } from '../lifecycle/shutdown-budget.ts'
import { readShedding, type SheddingOptions, type SheddingWords } from '../server/shedding/shedding-options.ts'
import { type CrashOptions, resolveCrash } from './crash/crash-options.ts'
import { METRICS_ACCESS, type MetricsAccess } from './metrics-route.ts'
import type { ServiceConfigOptions, ServiceReloadOptions } from './reload/reload-options.ts'
import type { RuntimeSettings } from './settings/runtime-settings.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'
import { readEngineOptions, type TelemetryEngineOptions } from '../telemetry/engine-options.ts'

/** The admin port: probes and metrics, for a kubelet, Prometheus or anyone who asks. */
export interface AdminOptions {
  /**
   * Port of the probes: 0 takes any free one. `SEAWORTHY_ADMIN_PORT` wins over it.
   *
   * @default 9091
   */
  readonly port?: number
  /** @default all interfaces, because a kubelet asks from outside the pod */
  readonly host?: string
  /**
   * Lets those who send it as `Authorization: Bearer …` see the details of the checks; loopback sees them always.
   * `SEAWORTHY_ADMIN_TOKEN` wins over it.
   */
  readonly token?: string
  /**
   * Who may see the metrics at `/metrics`: everybody, those who may see the details of the checks (`private`: from
   * loopback or with the token), or nobody (`off`). `SEAWORTHY_METRICS_PAGE` wins over it.
   *
   * @default "open", because a scraper asks from elsewhere, usually without a token
   */
  readonly metrics?: 'open' | 'private' | 'off'
  /**
   * Whether a thread of its own has the admin port: it answers the probes while the event loop is busy, and says no on
   * `/livez` when it is stuck. Where there can be no thread, a warning says so and the event loop answers.
   * `SEAWORTHY_ADMIN_OFF_LOOP` wins over it.
   *
   * @default true, because a busy service that can't answer its probes is killed while it works
   */
  readonly offLoop?: boolean
  /**
   * After how long without a turn of the event loop it is stuck, and no longer busy: 500 ms to an hour.
   * `SEAWORTHY_ADMIN_STUCK_AFTER` wins over it.
   *
   * @default "10s", longer than any honest work between two turns, and with the three failures of Kubernetes' default
   *   still well within a minute
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
   */
  readonly stuckAfter?: Duration
}

/** What a service's {@link HealthChecker} is made with. */
export interface ServiceHealthOptions extends Pick<HealthCheckerOptions<string>, 'groups' | 'defaultTimeout'> {}

/** The service's log: JSON lines. */
export interface ServiceLoggingOptions {
  /** `SEAWORTHY_LOG_LEVEL`, then `LOG_LEVEL`, win over it. @default "info" */
  readonly level?: LogLevel
  /** The file descriptor that lines are written to: 0 to 65535. @default 1, standard output, as containers want it */
  readonly fd?: number
  /** Paths to redact besides the default ones, as pino writes them: `user.email`, `*.iban`. */
  readonly redact?: readonly string[]
}

/** Telemetry, as far as the standard variables do not say it. Where a variable says the same thing, it wins. */
export interface ServiceTelemetryOptions extends TelemetryEngineOptions {
  /** Attributes of the resource besides the detected ones; `OTEL_RESOURCE_ATTRIBUTES` wins over them. */
  readonly resourceAttributes?: Readonly<Record<string, string>>
}

/** What {@link createService} takes. Only `name` is required. */
export interface ServiceOptions<S extends StandardSchemaV1 = StandardSchemaV1> {
  /** `service.name` of all telemetry; `OTEL_SERVICE_NAME` wins over it. */
  readonly name: string
  /** `service.version`. @default the resource attribute of that name, or none */
  readonly version?: string
  /** Schema and sources of the configuration. @default none: `config` is an empty object */
  readonly config?: ServiceConfigOptions<S>
  /**
   * What the configuration says of the service itself: level of the log, sampling, limits of health checks, timeouts of
   * servers. Asked at the start and for each new configuration, which it refuses by throwing or by a wrong value; it may be
   * asked for one that never comes into force, so it should only look.
   *
   * @default nothing: options and variables hold from the start to the end
   *
   * @example
   * createService({ name: 'orders', config: { schema, files, reload: true }, settings: ({ log }) => ({ logLevel: log.level }) })
   */
  readonly settings?: (config: StandardSchemaV1.InferOutput<S>) => RuntimeSettings | undefined
  /** Level and redaction of the log. @default level `info`, the usual secrets redacted */
  readonly logging?: ServiceLoggingOptions
  /** `false` runs without any telemetry. @default on, from the standard `OTEL_*` variables */
  readonly telemetry?: ServiceTelemetryOptions | false
  /** The admin port with the probes; `false` runs without. @default on */
  readonly admin?: AdminOptions | false
  /** Groups of checks besides `ready` and `startup`, and the time that a check has. @default no groups, 2 s */
  readonly health?: ServiceHealthOptions
  /** Refuses requests while there is too much to do; `true` by limits that suit most. @default false */
  readonly shedding?: SheddingOptions | boolean
  /** The slices of a shutdown. */
  readonly shutdown?: ShutdownBudgetOptions
  /** What {@link Service.run} leaves on disk of a process that dies; `false` for nothing. @default a little, beside the spool */
  readonly crash?: CrashOptions | false
  /** The longest time the whole start may take: 1 ms to a day. @default "60s" */
  readonly startTimeout?: Duration
  /** Which signals {@link Service.run} listens to. @default SIGTERM and SIGINT */
  readonly signals?: readonly NodeJS.Signals[]
  /** Where variables are read. @default process.env */
  readonly env?: Environment
  /** What time is measured and waited by; tests pass a `ManualClock`. @default the real time */
  readonly clock?: Clock
  /** How {@link Service.run} ends the process. @default process.exit */
  readonly exit?: (code: number) => void
  /** @default processFinalFlush */
  readonly finalFlush?: FinalFlush
  /** Whether a person watches: then there is no drain delay. @default whether standard output is a terminal */
  readonly isTerminal?: boolean
}

export interface ResolvedServiceOptions {
  readonly name: string
  readonly version: string | undefined
  readonly config: Omit<LoadConfigOptions, 'env'> | undefined
  /** @default the configuration stays what it is at the start */
  readonly reload?: ServiceReloadOptions | true | undefined
  /** @default none */
  readonly settings?: ((config: unknown) => RuntimeSettings | undefined) | undefined
  readonly logging: ServiceLoggingOptions
  readonly telemetry: ServiceTelemetryOptions | false
  readonly admin: AdminOptions | false
  readonly health: ServiceHealthOptions
  readonly shutdown: ShutdownBudgetOptions
  readonly crash?: CrashOptions | false
  readonly shedding?: SheddingWords | false | undefined
  readonly startTimeoutMs: number
  readonly signals: readonly NodeJS.Signals[]
  readonly env: Environment
  readonly clock: Clock
  readonly exit: (code: number) => void
  readonly finalFlush: FinalFlush
  readonly isTerminal: boolean
  /** What was refused before the start and shall be told with all the rest. @default nothing */
  readonly earlyProblems?: readonly unknown[]
}

const NAME_FORM = /^[a-zA-Z][\w.-]{0,62}$/

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem */
export function resolveServiceOptions(options: unknown): ResolvedServiceOptions {
  const read = new OptionReader(options, 'createService()')
  const resolved: ResolvedServiceOptions = {
    name: read.text('name', { pattern: NAME_FORM, form: 'a letter, then at most 62 letters, digits, ".", "_" or "-"' }),
    version: read.text('version', { fallback: '' }) || undefined,
    ...readConfigOptions(read),
    settings: read.callback<NonNullable<ResolvedServiceOptions['settings']>>('settings'),
    logging: read.value<ServiceLoggingOptions>('logging') ?? {},
    telemetry: read.value<ServiceTelemetryOptions | false>('telemetry') ?? {},
    admin: read.value<AdminOptions | false>('admin') ?? {},
    health: read.value<ServiceHealthOptions>('health') ?? {},
    shutdown: read.value<ShutdownBudgetOptions>('shutdown') ?? {},
    crash: read.value<CrashOptions | false>('crash') ?? {},
    shedding: readShedding(read),
    startTimeoutMs: read.duration('startTimeout', { fallback: 60_000, min: 1, max: 86_400_000 }),
    signals: readSignals(read),
    env: read.value<Environment>('env') ?? process.env,
    clock: read.value<Clock>('clock') ?? systemClock,
    // oxlint-disable-next-line node/no-process-exit -- asked for: only run() calls it
    exit: read.callback<(code: number) => void>('exit') ?? ((code) => process.exit(code)),
    finalFlush: read.value<FinalFlush>('finalFlush') ?? processFinalFlush,
    isTerminal: read.boolean('isTerminal', { fallback: isatty(1) }),
  }
  checkInjected(read, resolved)
  checkNested(read, resolved)
  read.done()
  return Object.freeze(resolved)
}

/** Whether it is reloaded is told apart from what it is read from. */
function readConfigOptions(read: OptionReader): Pick<ResolvedServiceOptions, 'config' | 'reload'> {
  const given = read.value<ServiceConfigOptions>('config')
  if (typeof given !== 'object' || given === null) return { config: given, reload: undefined }
  const { reload = false, ...config } = given
  const isWanted = typeof reload === 'object' && reload !== null && !Array.isArray(reload)
  if (typeof reload !== 'boolean' && !isWanted)
    read.problem('"config.reload" expected true, false or an object of options')
  return { config, reload: reload === false ? undefined : reload }
}

/** What a caller puts in the place of time, environment and flush must be able to do its work: without it nothing ends. */
function checkInjected(read: OptionReader, { clock, env, finalFlush }: ResolvedServiceOptions): void {
  if (typeof clock?.now !== 'function' || typeof clock.schedule !== 'function') read.problem('"clock" must be a Clock')
  if (typeof env !== 'object') read.problem('"env" must be an object of variables')
  if (typeof finalFlush?.beginShutdown !== 'function') read.problem('"finalFlush" must be a FinalFlush')
}

/** What is inside of the options is checked with them: a mistake is found where it was made, before anything starts. */
function checkNested(
  read: OptionReader,
  { admin, config, crash, logging, shutdown, telemetry, isTerminal }: ResolvedServiceOptions,
): void {
  const collect = (check: () => unknown): void => {
    try {
      check()
    } catch (error) {
      read.problem(messageOf(error))
    }
  }
  collect(() => resolveShutdownBudget(shutdown, { env: {}, isTerminal }))
  collect(() => resolveCrash(crash ?? {}, {}))
  if (admin !== false) collect(() => resolveAdmin(admin, {}))
  if (config !== undefined) collect(() => resolveLoadConfigOptions(config))
  collect(() => {
    const inside = new OptionReader(logging, 'logging')
    inside.oneOf('level', LOG_LEVELS, { fallback: 'info' })
    inside.list('redact', { fallback: [] })
    inside.integer('fd', { fallback: 1, min: 0, max: 65_535 })
    inside.done()
  })
  if (telemetry !== false) {
    collect(() => {
      const inside = new OptionReader(telemetry, 'telemetry')
      const attributes = inside.value<unknown>('resourceAttributes') ?? {}
      if (
        typeof attributes !== 'object' ||
        Array.isArray(attributes) ||
        Object.values(attributes).some((value) => typeof value !== 'string')
      )
        inside.problem('"resourceAttributes" must be an object of texts')
      readEngineOptions(inside)
      inside.done()
    })
  }
}

export interface ResolvedAdmin {
  readonly port: number
  readonly host: string | undefined
  readonly token: string | undefined
  readonly metrics: MetricsAccess
  /** When the event loop is stuck, in milliseconds; `undefined` where no thread of its own answers the probes. */
  readonly stuckAfterMs: number | undefined
}

const STUCK_AFTER = { min: 500, max: 3_600_000 } as const

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` or `SEA_ENV_INVALID` */
export function resolveAdmin(options: AdminOptions, env: Environment): ResolvedAdmin {
  const read = new OptionReader(options, 'createService(): admin')
  // The widely used port of Prometheus' neighbours; see the table of decisions in the architecture page of the docs.
  const port = read.integer('port', { fallback: 9091, min: 0, max: 65_535 })
  const host = read.text('host', { fallback: '' })
  const token = read.text('token', { fallback: '' })
  const metrics = read.oneOf('metrics', METRICS_ACCESS, { fallback: 'open' })
  const offLoop = read.boolean('offLoop', { fallback: true })
  const stuckAfterMs = read.duration('stuckAfter', { fallback: 10_000, ...STUCK_AFTER })
  read.done()
  const variables = new EnvReader(env)
  const isOffLoop = variables.boolean('SEAWORTHY_ADMIN_OFF_LOOP') ?? offLoop
  const limitMs = readStuckAfter(variables) ?? stuckAfterMs
  const resolved = {
    port: variables.integer('SEAWORTHY_ADMIN_PORT', { min: 0, max: 65_535 }) ?? port,
    host: host === '' ? undefined : host,
    token: variables.text('SEAWORTHY_ADMIN_TOKEN') ?? (token === '' ? undefined : token),
    metrics: variables.oneOf('SEAWORTHY_METRICS_PAGE', METRICS_ACCESS) ?? metrics,
    stuckAfterMs: isOffLoop ? limitMs : undefined,
  }
  variables.done()
  return resolved
}

function readStuckAfter(variables: EnvReader): number | undefined {
  const ms = variables.durationWithUnit('SEAWORTHY_ADMIN_STUCK_AFTER')
  const { min, max } = STUCK_AFTER
  if (ms !== undefined && (ms < min || ms > max)) {
    variables.problem(`SEAWORTHY_ADMIN_STUCK_AFTER is ${ms} ms, expected ${min} ms to ${max} ms`)
  }
  return ms
}
