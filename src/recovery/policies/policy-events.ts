import { formatDuration } from '../../core/duration.ts'
import type { Log } from '../../core/log.ts'
import type { ErrorClass } from '../errors/error-class.ts'
import type { BreakerChange, BreakerState } from './circuit-breaker.ts'
import { type CallOutcome, PolicyMetrics } from './policy-metrics.ts'

/** Whole, so that whoever has a line finds this place. */
const EVENTS: Readonly<Record<BreakerState, string>> = {
  closed: 'breaker.closed',
  half_open: 'breaker.half_open',
  open: 'breaker.open',
}

/** What a policy tells: lines once a change, metrics always. Never throws into the call that it tells about. */
export class PolicyEvents {
  readonly #name: string
  readonly #log: () => Log
  readonly #metrics: PolicyMetrics
  #isExhausted = false

  constructor(name: string, log: () => Log, hasBreaker: boolean) {
    this.#name = name
    this.#log = log
    this.#metrics = new PolicyMetrics(name, hasBreaker)
  }

  /** Makes the state of the breaker known before there was a call. */
  begun(): void {
    quietly(() => this.#metrics.stand())
  }

  called(outcome: CallOutcome, failure?: ErrorClass): void {
    quietly(() => this.#metrics.call(outcome, failure?.category))
  }

  retried({ category }: ErrorClass): void {
    quietly(() => this.#metrics.retry(category))
  }

  /** A line when the budget runs out, and no other before a retry could be paid for again. */
  budgetAsked(isPaid: boolean): void {
    if (!isPaid) quietly(() => this.#metrics.budgetExhausted())
    if (this.#isExhausted === !isPaid) return
    this.#isExhausted = !isPaid
    if (isPaid) return
    const fields = { event: 'policy.budget.exhausted', dependency: this.#name }
    quietly(() =>
      this.#log().warn(fields, `${this.#name}: the retry budget is used up, failed calls are not made again`),
    )
  }

  breakerChanged(change: BreakerChange): void {
    quietly(() => this.#metrics.breaker(change.state))
    quietly(() => this.#tell(change))
  }

  /** How many calls run under the bulkhead, and wait for a place. */
  loadChanged(running: number, waiting: number): void {
    quietly(() => this.#metrics.load(running, waiting))
  }

  #tell({ state, before, failure, openForMs }: BreakerChange): void {
    const name = this.#name
    const why = failure === undefined ? {} : { 'error.type': failure.category, code: failure.code }
    const fields = { event: EVENTS[state], dependency: name, ...(state === 'open' ? { ...why, openForMs } : {}) }
    const last = failure === undefined ? '' : ` after ${failure.code ?? failure.category}`
    if (state === 'closed') this.#log().info(fields, `${name}: the circuit is closed, calls are made again`)
    else if (state === 'half_open')
      this.#log().debug(fields, `${name}: the circuit is half open, one call goes through`)
    else if (before === 'closed') {
      const text = `${name}: the circuit is open${last}, calls are refused for ${formatDuration(openForMs)}`
      this.#log().warn(fields, text)
    } else this.#log().debug(fields, `${name}: the circuit stays open, the probe has failed${last}`)
  }
}

/** Somebody's log or meter throws: that is not what the call was about. */
function quietly(tell: () => void): void {
  try {
    tell()
  } catch {}
}
