import { OptionReader } from '../../core/option-reader.ts'
import type { LoadedConfig } from '../../config/load-config.ts'
import { requireSubscriber } from '../../config/reload/check-subscriber.ts'
import type { ReloadCheck } from '../../config/reload/post-check.ts'
import { openReloader, type Reloader } from '../../config/reload/reloader.ts'
import {
  type ReloaderOptions,
  type ResolvedReloaderOptions,
  resolveReloaderOptions,
} from '../../config/reload/reloader-options.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { HealthChecker } from '../../health/health-checker.ts'
import type { TrackableServer } from '../../server/server-drain.ts'
import { AnswerCounts } from './answer-counts.ts'
import { answersOf, ErrorRateCheck, type ErrorRateLimits } from './error-rate-check.ts'
import { RequestPins } from './pin-requests.ts'
import { readyCheck } from './ready-check.ts'
import type { ServicePostCheckOptions, ServiceReloadOptions } from './reload-options.ts'

const WHERE = 'createService(): config.reload'

/** What is looked at in a trial, as the options say. */
interface Trial {
  readonly isReadyAsked: boolean
  readonly errorRate: ErrorRateLimits | undefined
}

/** Options that were checked, and what the service gives besides. */
export interface PreparedReload {
  readonly reloader: ResolvedReloaderOptions<unknown>
  readonly trial: Trial
}

export interface ReloadSource {
  readonly initial: LoadedConfig<unknown>
  /** Reads everything anew. */
  readonly load: () => Promise<LoadedConfig<unknown>>
  readonly clock: Clock
}

export interface ReloadSurroundings {
  readonly log: Log
  readonly health: HealthChecker
  /** Settled when the service is ready. */
  readonly ready: Promise<unknown>
  /** Whether a URL is that of a probe. */
  readonly isProbe: (url: string) => boolean
}

/** The service has its own. */
const NO_OPTIONS = ['load', 'initial', 'log', 'clock', 'timeOfDay', 'meterProvider']

/**
 * @param subscribers that were there before the start
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem
 */
export function prepareReload(
  given: ServiceReloadOptions | true,
  source: ReloadSource,
  subscribers: readonly unknown[],
): PreparedReload {
  const options = given === true ? {} : given
  const postCheck = options.postCheck === undefined ? {} : options.postCheck
  const { trial, rest } = readTrial(postCheck)
  const read = new OptionReader({}, WHERE)
  for (const name of NO_OPTIONS) {
    if (Object.hasOwn(options, name)) read.problem(`"${name}" is not an option: the service has its own`)
  }
  read.done()
  const reloader: ReloaderOptions<unknown> = { ...options, ...source, postCheck: rest }
  const resolved = resolveReloaderOptions(reloader, WHERE)
  for (const subscriber of subscribers) requireSubscriber(subscriber, resolved.files)
  return { reloader: resolved, trial }
}

function readTrial(options: ServicePostCheckOptions | false): {
  readonly trial: Trial
  readonly rest: NonNullable<ReloaderOptions<unknown>['postCheck']>
} {
  if (options === false) return { trial: { isReadyAsked: false, errorRate: undefined }, rest: { checks: [] } }
  const { ready, errorRate, checks = [], ...times } = options
  const read = new OptionReader({ ready, errorRate }, `${WHERE}.postCheck`)
  const isReadyAsked = read.boolean('ready', { fallback: true })
  const rate = read.value<unknown>('errorRate')
  const inner = new OptionReader(rate === false ? {} : rate, '"errorRate"')
  const limits = {
    margin: inner.number('margin', { fallback: 0.05, min: 0.001, max: 1 }),
    minRequests: inner.integer('minRequests', { fallback: 5, min: 1, max: 1_000_000 }),
  }
  read.include(inner)
  read.done()
  return { trial: { isReadyAsked, errorRate: rate === false ? undefined : limits }, rest: { ...times, checks } }
}

/** The reloader of a service, and what it has to do with its requests. */
export class ServiceReload {
  readonly reloader: Reloader<unknown>
  readonly #pins: RequestPins

  private constructor(reloader: Reloader<unknown>, pins: RequestPins) {
    this.reloader = reloader
    this.#pins = pins
  }

  /** Opens what was prepared; nothing is watched and nothing reloaded before `ready`. */
  static async open(
    { reloader: options, trial }: PreparedReload,
    { log, health, ready, isProbe }: ReloadSurroundings,
  ): Promise<ServiceReload> {
    const { clock } = options
    const counts = new AnswerCounts()
    const checks: ReloadCheck[] = [...options.checks]
    // They ask when there is a change, and by then there is a reloader.
    const generation = (): number => reloader.latestSnapshot.generation
    if (trial.isReadyAsked) checks.unshift(readyCheck(health))
    if (trial.errorRate !== undefined)
      checks.push(new ErrorRateCheck(answersOf(counts, generation, clock), trial.errorRate))
    const reloader = await openReloader<unknown>({ ...options, log, checks })
    reloader.holdUntil(ready)
    // Counted only for somebody who forgets again.
    const onAnswer =
      trial.errorRate === undefined
        ? undefined
        : (began: number, isFailure: boolean): void => counts.note(began, isFailure, clock.now())
    const pins = new RequestPins(reloader, { onAnswer, isProbe })
    return new ServiceReload(reloader, pins)
  }

  onServer(server: TrackableServer): void {
    this.#pins.pin(server)
  }

  release(server: TrackableServer): void {
    this.#pins.release(server)
  }
}
