import { type Clock, systemClock } from '../../core/clock.ts'
import { type Log, silentLog } from '../../core/log.ts'
import { OptionReader } from '../../core/option-reader.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import type { HealthChecker } from '../../health/health-checker.ts'
import type { TrackableServer } from '../server-drain.ts'
import { trackServer } from '../track-server.ts'
import { LoadShedding, type SheddingHost } from './load-shedding.ts'
import {
  readLimits,
  readShedding,
  SHEDDING_PRESET,
  type SheddingLimits,
  type SheddingOptions,
} from './shedding-options.ts'
import { settle } from './shedding-settings.ts'

/** What {@link shedLoad} takes besides what a service's option `shedding` does. */
export interface ShedLoadOptions extends SheddingOptions {
  /** What log lines and metrics call the server. @default "http" */
  readonly name?: string
  /** Gets a line when refusals begin, and one when they are over. @default nothing is logged */
  readonly log?: Log
  /**
   * Gets a check `shedding`, which is degraded while requests are refused; where there is one of that name already, such as
   * that of another server, `shedding <name>`.
   *
   * @default none
   */
  readonly health?: HealthChecker
  /** @default the system's clock */
  readonly clock?: Clock
}

/** Load shedding of one server. */
export interface ServerShedding {
  /** As {@link SheddingHandle.set}, for this server. */
  set(limits: SheddingLimits): void
  /** Refuses nothing any more, and leaves the server as it was. */
  stop(): void
}

/**
 * Refuses requests to a server while there is too much to do, for an application that is no service of `createService()`.
 * Call it when the server is made, before it listens. Without any limit, the limits are those of {@link SHEDDING_PRESET}.
 *
 * @example
 * ```ts
 * const server = http.createServer(app)
 * const shedding = shedLoad(server, { maxEventLoopDelay: '200ms', maxInFlight: 500, log })
 * server.listen(8080)
 * ```
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`, also for a server that speaks no HTTP
 */
export function shedLoad(server: TrackableServer, options: ShedLoadOptions = {}): ServerShedding {
  const { name = 'http', log = silentLog, health, clock = systemClock, ...shedding } = options
  const read = new OptionReader({ shedding }, 'shedLoad()')
  const said = readShedding(read)
  read.done()
  const words = said === false ? undefined : said
  const isLimited = words !== undefined && Object.values(words.limits).some((limit) => limit !== undefined)
  const layers = [...(words === undefined ? [] : [words]), ...(isLimited ? [] : [{ limits: PRESET }])]
  const drain = trackServer(server, { clock, name })
  if (drain.guard === undefined) {
    drain.release()
    throw new SeaworthyError('SEA_OPTIONS_INVALID', `shedLoad(): the server "${name}" does not speak HTTP`, {
      hint: 'Pass a server of node:http, node:https or node:http2.',
    })
  }
  const load = new LoadShedding({ clock, logFor: () => log, ...(health === undefined ? {} : checkOf(health, name)) })
  try {
    drain.guard(load.guard(name, settle(layers)))
  } catch (error) {
    drain.release()
    throw error
  }
  return {
    set(limits) {
      const changed = new OptionReader(limits, 'limits of load')
      const values = readLimits(changed)
      changed.done()
      load.guard(name, settle([{ limits: values }, ...layers]))
    },
    stop: () => drain.release(),
  }
}

function checkOf(health: HealthChecker, name: string): Pick<SheddingHost, 'health' | 'check'> {
  return { health, check: Object.hasOwn(health.report().checks, 'shedding') ? `shedding ${name}` : 'shedding' }
}

const PRESET = readLimits(new OptionReader(SHEDDING_PRESET, ''))
