import type { Clock } from '../core/clock.ts'
import { type Environment, EnvReader } from '../core/env-reader.ts'
import type { ShutdownBudgetOptions } from '../lifecycle/shutdown-budget.ts'
import {
  type ResolvedAdmin,
  resolveAdmin,
  type ResolvedServiceOptions,
  resolveServiceOptions,
} from '../service/service-options.ts'
import { REGISTER_MODES } from './register-mode.ts'
import type { ServiceIdentity } from './service-identity.ts'

/** Standard output belongs to the application. */
const STANDARD_ERROR = 2

/**
 * Names that {@link createService} understands and that may mean something else to an application which has never heard
 * of Seaworthy. A value that we can't read must not keep it from starting, and `LOG_LEVEL` is the level of its own log.
 */
const THE_APPLICATIONS_OWN: ReadonlySet<string> = new Set([
  'LOG_LEVEL',
  'SERVICE_NAME',
  'SERVICE_VERSION',
  'ENVIRONMENT',
  'OTLP_ENDPOINT',
  'TRACE_SAMPLE_RATE',
  'METRIC_INTERVAL',
])

export interface RegisterSurroundings {
  readonly identity: ServiceIdentity
  readonly env: Environment
  readonly clock: Clock
  /** Whether the application has an OpenTelemetry SDK of its own. */
  readonly hasForeignSdk: boolean
  /** Ends the process when its shutdown does not. */
  readonly exit: (code: number) => void
}

export interface RegisterOptions {
  readonly service: ResolvedServiceOptions
  /** `undefined` where it was refused: then the service does not start. */
  readonly admin: ResolvedAdmin | undefined
}

/**
 * What a service that nobody has configured by code is made of: only `SEAWORTHY_*` and `OTEL_*` variables count. What
 * can't be read is kept for the start, which tells it with all that is wrong besides.
 */
export function resolveRegisterOptions(around: RegisterSurroundings): RegisterOptions {
  const { identity, clock, exit, hasForeignSdk } = around
  const env = Object.fromEntries(Object.entries(around.env).filter(([name]) => !THE_APPLICATIONS_OWN.has(name)))
  const earlyProblems: unknown[] = []
  const admin = tryTo(() => resolveAdmin({}, env), earlyProblems)
  const shutdown = readSlices(env, earlyProblems)
  const service = resolveServiceOptions({
    name: identity.name,
    version: identity.version,
    env,
    clock,
    exit,
    logging: { level: 'warn', fd: STANDARD_ERROR },
    // It comes when something listens, and a port that is taken must not end a service that ran without it.
    admin: false,
    ...(hasForeignSdk ? { telemetry: false } : {}),
    shutdown,
  })
  return { admin, service: { ...service, earlyProblems } }
}

function readSlices(env: Environment, problems: unknown[]): ShutdownBudgetOptions {
  const read = new EnvReader(env)
  const slices = {
    inFlight: read.durationWithUnit('SEAWORTHY_IN_FLIGHT'),
    stop: read.durationWithUnit('SEAWORTHY_STOP'),
    flush: read.durationWithUnit('SEAWORTHY_FLUSH'),
  }
  read.oneOf('SEAWORTHY_REGISTER', REGISTER_MODES)
  tryTo(() => read.done(), problems)
  return Object.fromEntries(Object.entries(slices).filter(([, value]) => value !== undefined))
}

function tryTo<T>(read: () => T, problems: unknown[]): T | undefined {
  try {
    return read()
  } catch (error) {
    problems.push(error)
    return undefined
  }
}
