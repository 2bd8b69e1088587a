import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { applyEnvironmentAliases } from '../config/environment-aliases.ts'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import type { Reloader } from '../config/reload/reloader.ts'
import { systemClock } from '../core/clock.ts'
import { type Environment, EnvReader } from '../core/env-reader.ts'
import { Problems } from '../core/problems.ts'
import type { LocalProbeSource } from '../health/probe-snapshot.ts'
import { createLogging, type Logging } from '../logging/logging.ts'
import { LOG_LEVELS, type LogLevel } from '../logging/log-level.ts'
import { doubtfulSlices } from '../lifecycle/doubtful-slices.ts'
import { resolveShutdownBudget, type ShutdownBudget } from '../lifecycle/shutdown-budget.ts'
import { type AdminServer, type AdminServerOptions, createAdminServer } from '../server/admin-server.ts'
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import { CrashFolder } from './crash/crash-folder.ts'
import { resolveCrash } from './crash/crash-options.ts'
import type { LiveConfig } from './live-config.ts'
import type { MetricsAccess } from './metrics-route.ts'
import { resolveAdmin, type ResolvedAdmin, type ResolvedServiceOptions } from './service-options.ts'

const EMPTY_CONFIG: LoadedConfig<unknown> = {
  value: Object.freeze({}),
  files: [],
  explain: () => [],
  describe: () => '',
  scrub: (text) => text,
  keep: () => Promise.resolve(undefined),
}

/** What a service has before its first component starts: configuration, log, telemetry, admin port. */
export interface ServiceCore {
  readonly config: LoadedConfig<unknown>
  readonly logging: Logging
  readonly telemetry: Telemetry | undefined
  readonly budget: ShutdownBudget
  readonly admin: AdminServer | undefined
  /** Who may see the metrics at the admin port. */
  readonly metricsAccess: MetricsAccess
  /** Said once the log is there: aliases used, budgets scaled, … */
  readonly warnings: readonly string[]
  /** Where evidence of a crash is kept; `undefined` where none is wanted. */
  readonly crash: CrashFolder | undefined
  /** Keeps the configuration up to date, from before the first component on; `undefined` where it stays what it is. */
  reloader: Reloader<unknown> | undefined
  /** From now on log lines go to standard output only: the telemetry has been flushed. */
  endLogExport(): void
}

/**
 * Reads and checks everything that is configured. Opens nothing, so that a refusal leaves nothing behind.
 *
 * @throws {@link SeaworthyError} the only problem, or `SEA_SERVICE_REFUSED` with every problem of configuration,
 * environment and options in one message
 */
export async function prepareCore(
  options: ResolvedServiceOptions,
  health: LocalProbeSource,
  live: LiveConfig,
): Promise<ServiceCore> {
  const problems = new Problems()
  for (const problem of options.earlyProblems ?? []) problems.add(problem)
  const aliased = problems.collect(() => applyEnvironmentAliases(options.env)) ?? { env: options.env, warnings: [] }
  const { env } = aliased
  const load = (): Promise<LoadedConfig<unknown>> => readConfig(options, env)
  const config = await problems.collectAsync(load)
  if (config !== undefined) await problems.collectAsync(() => live.prepare(config, load))
  const level = problems.collect(() => readLogLevel(options, env))
  const budget = problems.collect(() =>
    resolveShutdownBudget(options.shutdown, {
      env,
      isTerminal: options.isTerminal,
      pid: process.pid,
      hasFile: existsSync,
    }),
  )
  const crash = problems.collect(() => makeCrashFolder(options, env))
  const admin = problems.collect(() => (options.admin === false ? undefined : resolveAdmin(options.admin, env)))

  const bridge: { telemetry?: Telemetry } = {}
  const logging = problems.collect(() =>
    makeLogging(options, env, level ?? 'info', (line) => bridge.telemetry?.emitLogLine(line)),
  )
  const telemetry = logging && problems.collect(() => makeTelemetry(options, env, logging, health))
  problems.done()
  if (telemetry !== undefined) bridge.telemetry = telemetry
  return {
    config: config as LoadedConfig<unknown>,
    logging: logging as Logging,
    telemetry,
    budget: budget as ShutdownBudget,
    admin:
      admin &&
      createAdminServer({
        ...admin,
        probes: health,
        clock: options.clock,
        log: (logging as Logging).log,
        offLoop: offLoopSettings(options, admin, { probes: health, logging: () => logging, crash: () => crash }),
      }),
    metricsAccess: admin?.metrics ?? 'off',
    crash,
    reloader: undefined,
    endLogExport: () => delete bridge.telemetry,
    warnings: [
      ...aliased.warnings,
      ...doubtfulSlices(options.shutdown),
      ...(budget?.warning === undefined ? [] : [budget.warning]),
    ],
  }
}

function readConfig({ config }: ResolvedServiceOptions, env: Environment): Promise<LoadedConfig<unknown>> {
  return config === undefined ? Promise.resolve(EMPTY_CONFIG) : loadConfig({ ...config, env })
}

function makeCrashFolder(
  { crash = {}, name, telemetry }: ResolvedServiceOptions,
  env: Environment,
): CrashFolder | undefined {
  const spool = telemetry === false ? undefined : telemetry.spool
  const settings = resolveCrash(crash, env, spool === false ? undefined : spool?.directory)
  return settings && new CrashFolder(settings, env['OTEL_SERVICE_NAME'] ?? name)
}

function readLogLevel({ logging }: ResolvedServiceOptions, env: Environment): LogLevel {
  const read = new EnvReader(env)
  const own = read.oneOf('SEAWORTHY_LOG_LEVEL', LOG_LEVELS)
  const common = own ?? read.oneOf('LOG_LEVEL', LOG_LEVELS)
  read.done()
  return common ?? logging.level ?? 'info'
}

function makeLogging(
  options: ResolvedServiceOptions,
  env: Environment,
  level: LogLevel,
  onLine: (line: string) => void,
): Logging {
  return createLogging({
    service: env['OTEL_SERVICE_NAME'] ?? options.name,
    level,
    clock: options.clock,
    onLine,
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.logging.fd === undefined ? {} : { fd: options.logging.fd }),
    ...(options.logging.redact === undefined ? {} : { redact: options.logging.redact }),
  })
}

function makeTelemetry(
  options: ResolvedServiceOptions,
  env: Environment,
  { log }: Logging,
  probes: LocalProbeSource,
): Telemetry | undefined {
  if (options.telemetry === false) return undefined
  return createTelemetry({
    serviceName: options.name,
    env,
    clock: options.clock,
    log,
    finalFlush: options.finalFlush,
    ignoreRequest: (request) => probes.isProbe(request.url ?? ''),
    ...(options.version === undefined ? {} : { serviceVersion: options.version }),
    ...options.telemetry,
  })
}

/**
 * How a thread of its own answers the probes; `undefined` where it was not wanted, and where time is not the real one,
 * which that thread would not have.
 */
export function offLoopSettings(
  { name, clock, logging: { fd = STANDARD_OUTPUT } }: ResolvedServiceOptions,
  { stuckAfterMs }: ResolvedAdmin,
  {
    probes,
    logging,
    crash,
  }: {
    readonly probes: LocalProbeSource
    readonly logging: () => Logging | undefined
    readonly crash: () => CrashFolder | undefined
  },
): AdminServerOptions['offLoop'] {
  if (stuckAfterMs === undefined || clock !== systemClock) return undefined
  return () => {
    const log = logging()?.log
    return {
      name,
      stuckAfterMs,
      snapshot: () => probes.snapshot(),
      evidence: crash()?.pathOf('stuck'),
      // pino keeps the last two to itself.
      fields: { service: name, ...log?.bindings(), pid: process.pid, hostname: hostname() },
      fd: log?.isLevelEnabled('error') === true ? fd : undefined,
    }
  }
}

const STANDARD_OUTPUT = 1
