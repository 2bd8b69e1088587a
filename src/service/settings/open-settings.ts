import type { ConfigSubscriber } from '../../config/reload/config-subscriber.ts'
import type { Environment } from '../../core/env-reader.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { HealthChecker } from '../../health/health-checker.ts'
import type { Logging } from '../../logging/logging.ts'
import type { TrackableServer } from '../../server/server-drain.ts'
import type { ServiceTelemetry } from '../../telemetry/telemetry-options.ts'
import { healthSettings } from './health-settings.ts'
import { logSettings } from './log-settings.ts'
import type { RuntimeSettings } from './runtime-settings.ts'
import { samplingSettings } from './sampling-settings.ts'
import { type Evaluate, type Scrub, ServiceSettings } from './service-settings.ts'
import type { SettingsPart, SettingTarget } from './settings-part.ts'
import { TimeoutSettings } from './timeout-settings.ts'

/** What a service has of it once it begins to start. */
export interface SettableCore {
  readonly logging: Logging
  readonly telemetry: ServiceTelemetry | undefined
}

export interface SettingsSurroundings {
  readonly core: () => SettableCore | undefined
  readonly health: HealthChecker
  readonly limits: () => SettingTarget<unknown> | undefined
}

/** Variables that say a level, too. */
const LEVEL_VARIABLES = ['SEAWORTHY_LOG_LEVEL', 'LOG_LEVEL'] as const

/** The settings of a service with everything that they act on. */
export class OpenSettings {
  readonly #settings: ServiceSettings
  readonly #timeouts = new TimeoutSettings()
  readonly #core: SettingsSurroundings['core']
  #first: RuntimeSettings = {}

  constructor(evaluate: Evaluate, { core, health, limits }: SettingsSurroundings) {
    this.#core = core
    this.#settings = new ServiceSettings(evaluate, [
      logSettings(() => (core() as SettableCore).logging),
      samplingSettings(() => core()?.telemetry?.sampling),
      healthSettings(health),
      limitSettings(limits),
      this.#timeouts,
    ])
  }

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
  prepare(config: unknown, scrub: Scrub): void {
    this.#first = this.#settings.read(config, scrub)
  }

  /** The log and the telemetry do as they say, from the start on. */
  open(env: Environment): void {
    this.#settings.apply(this.#first)
    const { logging } = this.#core() as SettableCore
    warnOfVariables(env, this.#first, logging)
  }

  onServer(server: TrackableServer): void {
    this.#timeouts.add(server)
  }

  release(server: TrackableServer): void {
    this.#timeouts.release(server)
  }

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
  hasStarted(config: unknown, scrub: Scrub): void {
    this.#settings.hasStarted(config, scrub)
  }

  subscriber(): ConfigSubscriber {
    return this.#settings.subscriber()
  }
}

/** `limits`: what sheds load takes them, where something does. */
function limitSettings(target: SettingsSurroundings['limits']): SettingsPart {
  return {
    names: ['limits'],
    check({ limits }, { hasStarted }) {
      if (!hasStarted) return
      const shedding = target()
      if (shedding !== undefined) shedding.check(limits)
      else if (limits !== undefined) {
        throw new SeaworthyError('SEA_OPTIONS_INVALID', '"limits" is set, and nothing of this service sheds load')
      }
    },
    apply({ limits }, { hasStarted }) {
      if (hasStarted) target()?.apply(limits)
    },
  }
}

/** Who sets a variable and sees no effect of it is told where to look. */
function warnOfVariables(env: Environment, { logLevel }: RuntimeSettings, { log }: Logging): void {
  if (logLevel === undefined) return
  const name = LEVEL_VARIABLES.find((each) => env[each] !== undefined && env[each] !== '')
  if (name !== undefined && env[name] !== logLevel)
    log.warn(`${name} is "${env[name]}", and has no effect: settings() says logLevel "${logLevel}"`)
}
