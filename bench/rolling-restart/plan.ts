/** What a run is to do. */
export interface Settings {
  /** Rolling restarts for each lag. */
  readonly restarts: number
  /** Restarts of the control for each lag. */
  readonly control: number
  readonly fleets: number
  readonly lagsS: readonly number[]
  readonly drainDelayMs: number
  readonly seed: number
}

/** A part of the run, with fleets of its own. */
export interface Stage {
  readonly lagS: number
  /** `spare`: the control, in which no replica is stopped that anybody is sent to. */
  readonly restarted: 'replicas' | 'spare'
  readonly restarts: number
}

const MOST_AT_THE_LIMIT = 30

/** Two replicas a restart. */
const STOPS = 2
/** How long after a replica is ready until the next one is stopped: balancers have to see it first. */
export const SETTLE_MS = 700
/** Beyond the drain delay, from SIGTERM to the exit; as measured on two cores. */
const FINISH_MS = 500
/** From the start of a replica until it is ready, beside three fleets on two cores. */
const BOOT_MS = 1000
const FLEET_START_MS = 4000

/** The lags in their order, each with its control. A lag as long as the drain delay only shows the limit: it is short. */
export function stagesOf({ restarts, control, lagsS, drainDelayMs }: Settings): readonly Stage[] {
  return lagsS.flatMap((lagS): readonly Stage[] => {
    if (isLimit(lagS, drainDelayMs))
      return [{ lagS, restarted: 'replicas', restarts: Math.min(restarts, MOST_AT_THE_LIMIT) }]
    const stages: readonly Stage[] = [
      { lagS, restarted: 'replicas', restarts },
      { lagS, restarted: 'spare', restarts: control },
    ]
    return stages.filter((stage) => stage.restarts > 0)
  })
}

/** Whether requests may be lost: who sends them learns no sooner than the replica closes. */
export function isLimit(lagS: number, drainDelayMs: number): boolean {
  return lagS * 1000 >= drainDelayMs
}

/** How long a stage ought to take, of which `done` restarts are over. */
export function expectedMs({ lagS, restarts }: Stage, { fleets, drainDelayMs }: Settings, done = 0): number {
  const replicaMs = Math.max(drainDelayMs + FINISH_MS + BOOT_MS, lagS * 1000) + SETTLE_MS
  const rounds = Math.max(0, restarts - done) / fleets
  return (done === 0 ? FLEET_START_MS : 0) + (done === 0 ? Math.ceil(rounds) : rounds) * STOPS * replicaMs
}

/**
 * How long the rest takes: what the settings let expect, by the pace so far. The pace counts only once every fleet has
 * ended a restart: before that, nothing is over but a start.
 */
export class Estimate {
  readonly #settings: Settings
  readonly #stages: readonly Stage[]
  readonly #totalMs: number

  constructor(settings: Settings) {
    this.#settings = settings
    this.#stages = stagesOf(settings)
    this.#totalMs = this.#restMs(0, 0)
  }

  get totalMs(): number {
    return this.#totalMs
  }

  /** @param index of the stage under way @param done how many of its restarts are over @param elapsedMs since the start */
  leftMs(index: number, done: number, elapsedMs: number): number {
    const restMs = this.#restMs(index, done)
    const overMs = this.#totalMs - restMs
    const hasPace = index > 0 || done >= this.#settings.fleets
    return hasPace && overMs > 0 ? restMs * (elapsedMs / overMs) : restMs
  }

  #restMs(index: number, done: number): number {
    return this.#stages
      .slice(index)
      .reduce((sum, stage, later) => sum + expectedMs(stage, this.#settings, later === 0 ? done : 0), 0)
  }
}

/** `12 min`, `50 s`. */
export function inWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
