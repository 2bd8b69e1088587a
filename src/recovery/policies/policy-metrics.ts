import { type Counter, type Gauge, metrics, type MeterProvider } from '@opentelemetry/api'
import type { ErrorCategory } from '../errors/error-class.ts'
import type { BreakerState } from './circuit-breaker.ts'

/** How a call under a policy ended. */
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'cancelled' | 'circuit_open' | 'bulkhead_full'

/** What the metric says: the higher, the worse. */
const STATE_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 }

interface Instruments {
  readonly provider: MeterProvider
  readonly calls: Counter
  readonly retries: Counter
  readonly exhausted: Counter
  readonly state: Gauge
  readonly changes: Counter
  readonly running: Gauge
  readonly waiting: Gauge
}

/** What the policies of a process measure, by dependency. */
let shared: Instruments | undefined

/** The metrics of one policy. The state of its breaker is there from its first call on. */
export class PolicyMetrics {
  readonly #attributes: { readonly dependency: string }
  #provider: MeterProvider | undefined = undefined
  readonly #hasBreaker: boolean
  #state: BreakerState = 'closed'

  constructor(dependency: string, hasBreaker: boolean) {
    this.#attributes = { dependency }
    this.#hasBreaker = hasBreaker
  }

  /** Says the state without waiting for a call. */
  stand(): void {
    this.#instruments()
  }

  call(outcome: CallOutcome, category?: ErrorCategory): void {
    const { calls } = this.#instruments()
    if (category === undefined) calls.add(1, { ...this.#attributes, outcome })
    else calls.add(1, { ...this.#attributes, outcome, 'error.type': category })
  }

  retry(category: ErrorCategory): void {
    this.#instruments().retries.add(1, { ...this.#attributes, 'error.type': category })
  }

  budgetExhausted(): void {
    this.#instruments().exhausted.add(1, this.#attributes)
  }

  breaker(state: BreakerState): void {
    this.#state = state
    const { state: gauge, changes } = this.#instruments()
    gauge.record(STATE_VALUES[state], this.#attributes)
    changes.add(1, { ...this.#attributes, state })
  }

  load(running: number, waiting: number): void {
    const instruments = this.#instruments()
    instruments.running.record(running, this.#attributes)
    instruments.waiting.record(waiting, this.#attributes)
  }

  /** Meters have no proxy: one that was asked for before the telemetry started would never record. */
  #instruments(): Instruments {
    const provider = metrics.getMeterProvider()
    if (shared?.provider !== provider) shared = createInstruments(provider)
    if (this.#provider !== provider) {
      this.#provider = provider
      if (this.#hasBreaker) shared.state.record(STATE_VALUES[this.#state], this.#attributes)
    }
    return shared
  }
}

function createInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter('seaworthy')
  return {
    provider,
    calls: meter.createCounter('seaworthy.policy.calls', {
      description: 'Calls under a policy by how they ended.',
      unit: '{call}',
    }),
    retries: meter.createCounter('seaworthy.policy.retries', {
      description: 'Attempts after the first, by what had failed before.',
      unit: '{retry}',
    }),
    exhausted: meter.createCounter('seaworthy.policy.budget.exhausted', {
      description: 'Retries that were not made because the budget was used up.',
      unit: '{retry}',
    }),
    state: meter.createGauge('seaworthy.breaker.state', {
      description: 'State of the circuit breaker: 0 closed, 1 half open, 2 open.',
    }),
    changes: meter.createCounter('seaworthy.breaker.changes', {
      description: 'Changes of the circuit breaker by the state they led to.',
      unit: '{change}',
    }),
    running: meter.createGauge('seaworthy.bulkhead.running', {
      description: 'Calls that have a place in the bulkhead.',
      unit: '{call}',
    }),
    waiting: meter.createGauge('seaworthy.bulkhead.waiting', {
      description: 'Calls that wait for a place in the bulkhead.',
      unit: '{call}',
    }),
  }
}
