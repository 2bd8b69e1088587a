import { type Counter, metrics, type UpDownCounter } from '@opentelemetry/api'
import type { Cancel, Clock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import type { Log } from '../../core/log.ts'
import type { ErrorCategory } from '../errors/error-class.ts'
import type { StartUpPolicy } from './start-up-options.ts'

/** An attempt that failed, and that is not the last. */
export interface StartUpFailure {
  readonly error: unknown
  readonly message: string
  readonly category: ErrorCategory
  readonly code: string | undefined
  /** Whether it is nothing that passes by itself. */
  readonly isHopeless: boolean
  /** How many were made until now. */
  readonly attempts: number
  readonly waitedMs: number
}

export interface StartUpNewsOptions {
  readonly clock: Clock
  readonly log: Log
  /** The component. */
  readonly name: string
  readonly policy: StartUpPolicy
  /** Shows probes why it is not there; `undefined`: it is. */
  readonly show: (reason: string | undefined) => void
}

/** When the waiting is told of for the second time; from then on the time between two lines doubles. */
const FIRST_LINE_AFTER_MS = 5_000
/** The longest time between two lines: whoever looks into the log of the last minutes finds it. */
const LONGEST_SILENCE_MS = 300_000

/** Tells that a component is waited for: once when it begins, at growing intervals while it lasts, once when it ends. */
export class StartUpNews {
  readonly #options: StartUpNewsOptions
  readonly #metrics: StartUpMetrics
  #latest: Omit<StartUpFailure, 'error'> | undefined
  #isTold = false
  #wasHopeless = false
  #cancelLine: Cancel = () => {}

  constructor(options: StartUpNewsOptions) {
    this.#options = options
    this.#metrics = new StartUpMetrics(options.name)
  }

  failed(failure: StartUpFailure): void {
    const { log, name, policy } = this.#options
    const { error, ...rest } = failure
    this.#latest = rest
    this.#metrics.failed(rest.category)
    this.#begin(rest.message)
    if (this.#isTold && rest.isHopeless === this.#wasHopeless) return
    this.#wasHopeless = rest.isHopeless
    const fields = { ...this.#fields('startup.waiting'), err: error }
    if (rest.isHopeless) {
      log.error(fields, `"${name}" can't be started, and that does not pass by itself: ${rest.message}`)
    } else if (policy === 'required') {
      log.warn(fields, `"${name}" is not there yet, and the start waits for it: ${rest.message}`)
    } else log.warn(fields, `"${name}" is not there yet: ${rest.message}`)
    this.#isTold = true
  }

  /** The service goes on with its start. */
  goesOnWithout(): void {
    const { log, name } = this.#options
    const why = this.#latest === undefined ? '' : `: ${this.#latest.message}`
    this.#begin(this.#latest?.message ?? 'its start has not ended yet')
    // This is such a line.
    this.#cancelLine()
    this.#lineAfter(2 * FIRST_LINE_AFTER_MS)
    log.warn(this.#fields('startup.degraded'), `the service starts without "${name}", degraded, until it comes${why}`)
    this.#isTold = true
  }

  came(attempts: number, waitedMs: number): void {
    const { log, name, show } = this.#options
    show(undefined)
    if (!this.#isTold) return
    const fields = { event: 'startup.came', dependency: name, attempts, waitedMs: Math.round(waitedMs) }
    log.info(fields, `"${name}" has come, after ${formatDuration(waitedMs)} and ${count(attempts)}`)
  }

  /** It is waited for no more, for whatever reason. */
  end(): void {
    this.#cancelLine()
    this.#metrics.waits(false)
  }

  #begin(reason: string): void {
    this.#options.show(reason)
    if (this.#metrics.waits(true)) this.#lineAfter(FIRST_LINE_AFTER_MS)
  }

  #lineAfter(delayMs: number): void {
    const tell = (): void => {
      const { log, name } = this.#options
      const { attempts = 1, message = 'its start has not ended yet' } = this.#latest ?? {}
      log.warn(
        this.#fields('startup.still_waiting'),
        `"${name}" is still not there, after ${count(attempts)}: ${message}`,
      )
      this.#lineAfter(Math.min(2 * delayMs, LONGEST_SILENCE_MS))
    }
    this.#cancelLine = this.#options.clock.schedule(delayMs, tell, { keepAlive: false })
  }

  #fields(event: string): object {
    const { name, policy } = this.#options
    const { attempts, category, code, waitedMs = 0 } = this.#latest ?? {}
    return { event, dependency: name, policy, attempts, category, code, waitedMs: Math.round(waitedMs) }
  }
}

function count(attempts: number): string {
  return attempts === 1 ? 'one attempt' : `${attempts} attempts`
}

/** The measurements of one component. Broken telemetry costs measurements, never a start. */
class StartUpMetrics {
  readonly #dependency: string
  #failures: Counter | undefined
  #waiting: UpDownCounter | undefined
  #isWaiting = false

  constructor(dependency: string) {
    this.#dependency = dependency
    quietly(() => {
      const meter = metrics.getMeter('seaworthy')
      this.#failures = meter.createCounter('seaworthy.startup.failures', {
        unit: '{attempt}',
        description: 'Attempts to start a component that failed and were followed by another.',
      })
      this.#waiting = meter.createUpDownCounter('seaworthy.startup.waiting', {
        unit: '{component}',
        description: '1 for a component that is waited for, 0 for one that has come or is waited for no more.',
      })
    })
  }

  failed(category: ErrorCategory): void {
    quietly(() => this.#failures?.add(1, { dependency: this.#dependency, 'error.type': category }))
  }

  /** @returns whether that has changed */
  waits(isWaiting: boolean): boolean {
    if (isWaiting === this.#isWaiting) return false
    this.#isWaiting = isWaiting
    quietly(() => this.#waiting?.add(isWaiting ? 1 : -1, { dependency: this.#dependency }))
    return true
  }
}

function quietly(measure: () => unknown): void {
  try {
    measure()
  } catch {}
}
