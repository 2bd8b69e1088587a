import type { Clock } from '../../../src/core/clock.ts'
import { sleep } from '../../../src/core/wait.ts'
import type { Container, PodRuntime } from '../../../src/trial/fleet/pod.ts'

/** How a service behaves that exists on a clock only. */
export interface SimulatedBehaviour {
  /** From its start to its first good answer. */
  readonly startMs: number
  /** From the signal to its end; endless when it does not hear it. */
  readonly drainMs: number
  /** It says that it is not ready as soon as it is signalled. */
  readonly flipsReadiness?: boolean
  readonly preStopMs?: number
  /** When each of its lives ends by itself, from its start; what is not said lives on. */
  readonly crashesAfterMs?: readonly number[]
  /** From when on its probe for life says no, from its start. */
  readonly sickAfterMs?: number
}

/** A service on a clock: what a kubelet asks for, without processes. */
export class SimulatedService implements PodRuntime {
  readonly #clock: Clock
  readonly #behaviour: SimulatedBehaviour
  #startedAt = 0
  #life = 0
  #isSignalled = false
  #isAlive = false
  readonly preStop?: (signal: AbortSignal) => Promise<void>

  constructor(clock: Clock, behaviour: SimulatedBehaviour) {
    this.#clock = clock
    this.#behaviour = behaviour
    const { preStopMs } = behaviour
    if (preStopMs !== undefined) this.preStop = (signal) => sleep(clock, preStopMs, { signal })
  }

  start(): Promise<Container> {
    const { crashesAfterMs = [], drainMs } = this.#behaviour
    this.#startedAt = this.#clock.now()
    this.#isSignalled = false
    this.#isAlive = true
    const ended = new AbortController()
    const endAfter = (ms: number | undefined): void => {
      if (ms !== undefined && Number.isFinite(ms)) this.#clock.schedule(ms, () => ended.abort())
    }
    endAfter(crashesAfterMs[this.#life++])
    const exited = new Promise<void>((resolve) => {
      ended.signal.addEventListener('abort', () => {
        this.#isAlive = false
        resolve()
      })
    })
    return Promise.resolve({
      exited,
      signal: () => {
        this.#isSignalled = true
        endAfter(drainMs)
      },
      kill: () => ended.abort(),
    })
  }

  probe(name: 'ready' | 'live' | 'startup'): Promise<boolean> {
    const { startMs, flipsReadiness = false, sickAfterMs = Infinity } = this.#behaviour
    const age = this.#clock.now() - this.#startedAt
    if (!this.#isAlive || age < startMs) return Promise.resolve(false)
    if (name === 'live') return Promise.resolve(age < sickAfterMs)
    return Promise.resolve(!(name === 'ready' && flipsReadiness && this.#isSignalled))
  }
}
