/** `degraded` still serves: an optional part fails, or a critical one says so of itself. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy'

/** A check is `unknown` until it has run once, and again when its last result is too old to mean anything. */
export type CheckStatus = HealthStatus | 'unknown'

/** What decides on a whole: one check's status, and what it weighs. */
export interface WeighedCheck {
  readonly status: CheckStatus
  readonly critical: boolean
}

/**
 * The status of a whole: a critical check that fails, or that nobody knows anything about, makes it unhealthy; an
 * optional one only degraded, and so does any check that is degraded. No checks at all are healthy.
 */
export function overallStatus(checks: Iterable<WeighedCheck>): HealthStatus {
  let overall: HealthStatus = 'healthy'
  for (const { status, critical } of checks) {
    if (status === 'healthy') continue
    if (critical && status !== 'degraded') return 'unhealthy'
    overall = 'degraded'
  }
  return overall
}

/** So many results of one kind in a row, and when the first of them was there. */
class Streak {
  count = 0
  beganAt = 0

  next(holds: boolean, at: number): void {
    if (holds && this.count === 0) this.beganAt = at
    this.count = holds ? this.count + 1 : 0
  }
}

/** How many results in a row it takes. */
export interface HysteresisLimits {
  /** To become worse: 1 is at once. */
  readonly fall: number
  /** To become better: 1 is at once. */
  readonly rise: number
}

/**
 * Makes one status of many results, so that a single one that is out of line changes nothing: it becomes worse only
 * after `fall` results in a row that were at least as bad, and better only after `rise` that were at least as good. The
 * first result counts at once: there is nothing to hold on to.
 */
export class Hysteresis {
  #shown: HealthStatus | undefined
  readonly #healthy = new Streak()
  readonly #notUnhealthy = new Streak()
  readonly #notHealthy = new Streak()
  readonly #unhealthy = new Streak()

  /** What it counts as; `undefined` before the first result. */
  get shown(): HealthStatus | undefined {
    return this.#shown
  }

  /** Takes a result that was there at `at`. @returns since when what it counts as now is so, when that has changed */
  take(result: HealthStatus, at: number, { fall, rise }: HysteresisLimits): number | undefined {
    this.#healthy.next(result === 'healthy', at)
    this.#notUnhealthy.next(result !== 'unhealthy', at)
    this.#notHealthy.next(result !== 'healthy', at)
    this.#unhealthy.next(result === 'unhealthy', at)
    const shown = this.#shown
    if (shown === undefined) return this.#show(result, at)
    if (shown !== 'unhealthy' && this.#unhealthy.count >= fall) return this.#show('unhealthy', this.#unhealthy.beganAt)
    if (shown === 'healthy' && this.#notHealthy.count >= fall) return this.#show('degraded', this.#notHealthy.beganAt)
    if (shown !== 'healthy' && this.#healthy.count >= rise) return this.#show('healthy', this.#healthy.beganAt)
    if (shown === 'unhealthy' && this.#notUnhealthy.count >= rise) {
      return this.#show('degraded', this.#notUnhealthy.beganAt)
    }
    return undefined
  }

  /** How far the latest results have come towards another status, such as `1 of 3`; `undefined` when they agree. */
  pending({ fall, rise }: HysteresisLimits): string | undefined {
    const isWorse = this.#shown === 'healthy' ? this.#notHealthy : this.#unhealthy
    if (this.#shown !== 'unhealthy' && isWorse.count > 0) return `${isWorse.count} of ${fall}`
    const isBetter = this.#shown === 'unhealthy' ? this.#notUnhealthy : this.#healthy
    if (this.#shown !== 'healthy' && isBetter.count > 0) return `${isBetter.count} of ${rise}`
    return undefined
  }

  /** Begins anew: what was known is too old to hold on to. */
  forget(): void {
    this.#shown = undefined
  }

  #show(status: HealthStatus, since: number): number {
    this.#shown = status
    return since
  }
}
