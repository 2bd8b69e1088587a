import { existsSync } from 'node:fs'
import { applyEnvironmentAliases } from '../config/environment-aliases.ts'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { type Environment, EnvReader } from '../core/env-reader.ts'
import { Problems } from '../core/problems.ts'
import type { ProbeSource } from '../health/probe-source.ts'
import { createLogging, type Logging } from '../logging/logging.ts'
import { LOG_LEVELS, type LogLevel } from '../logging/log-level.ts'
import { doubtfulSlices } from '../lifecycle/doubtful-slices.ts'
import { resolveShutdownBudget, type ShutdownBudget } from '../lifecycle/shutdown-budget.ts'
import { type AdminServer, createAdminServer } from '../server/admin-server.ts'
import { isProbePath } from '../server/probe-handler.ts'
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import type { MetricsAccess } from './metrics-route.ts'
import { resolveAdmin, type ResolvedServiceOptions } from './service-options.ts'

const EMPTY_CONFIG: LoadedConfig<unknown> = { value: Object.freeze({}), explain: () => [], describe: () => '' }

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
  /** From now on log lines go to standard output only: the telemetry has been flushed. */
  endLogExport(): void
}

/**
 * Reads and checks everything that is configured. Opens nothing, so that a refusal leaves nothing behind.
 *
 * @throws {@link SeaworthyError} the only problem, or `SEA_SERVICE_REFUSED` with every problem of configuration,
 * environment and options in one message
 */
export async function prepareCore(options: ResolvedServiceOptions, health: ProbeSource): Promise<ServiceCore> {
  const problems = new Problems()
  for (const problem of options.earlyProblems ?? []) problems.add(problem)
  const aliased = problems.collect(() => applyEnvironmentAliases(options.env)) ?? { env: options.env, warnings: [] }
  const { env } = aliased
  const config = await problems.collectAsync(() => readConfig(options, env))
  const level = problems.collect(() => readLogLevel(options, env))
  const budget = problems.collect(() =>
    resolveShutdownBudget(options.shutdown, {
      env,
      isTerminal: options.isTerminal,
      pid: process.pid,
      hasFile: existsSync,
    }),
  )
  const admin = problems.collect(() => (options.admin === false ? undefined : resolveAdmin(options.admin, env)))

  const bridge: { telemetry?: Telemetry } = {}
  const logging = problems.collect(() =>
    makeLogging(options, env, level ?? 'info', (line) => bridge.telemetry?.emitLogLine(line)),
  )
  const telemetry = logging && problems.collect(() => makeTelemetry(options, env, logging))
  problems.done()
  if (telemetry !== undefined) bridge.telemetry = telemetry
  return {
    config: config as LoadedConfig<unknown>,
    logging: logging as Logging,
    telemetry,
    budget: budget as ShutdownBudget,
    admin: admin && createAdminServer({ ...admin, probes: health, clock: options.clock }),
    metricsAccess: admin?.metrics ?? 'off',
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

function makeTelemetry(options: ResolvedServiceOptions, env: Environment, { log }: Logging): Telemetry | undefined {
  if (options.telemetry === false) return undefined
  return createTelemetry({
    serviceName: options.name,
    env,
    clock: options.clock,
    log,
    finalFlush: options.finalFlush,
    ignoreRequest: (request) => isProbePath(request.url ?? ''),
    ...(options.version === undefined ? {} : { serviceVersion: options.version }),
    ...options.telemetry,
  })
}
