import type { Clock } from '../../core/clock.ts'
import type { Pod } from './pod.ts'

/** Where new connections may go, by the names of pods. */
export interface EndpointSet {
  readonly ready: readonly string[]
  /** Being deleted and still ready; used when nobody else is. */
  readonly fallback: readonly string[]
}

/**
 * What the control plane says: from the moment of its deletion on, a pod is no longer `ready`, whatever its probe says.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions
 */
export function endpointsOf(pods: readonly Pick<Pod, 'name' | 'isReady' | 'isDeleted' | 'isGone'>[]): EndpointSet {
  const serving = pods.filter(({ isReady, isGone }) => isReady && !isGone)
  const names = (isDeleted: boolean): string[] =>
    serving.filter((pod) => pod.isDeleted === isDeleted).map(({ name }) => name)
  return { ready: names(false), fallback: names(true) }
}

export interface EndpointViewOptions {
  readonly clock: Clock
  /** From a change to the moment at which clients see it. */
  readonly lagMs: number
  /** Called when clients see a change. */
  readonly onChange: (seen: EndpointSet) => void
}

/** What clients know of the endpoints: every change, in its order, later by the lag. */
export class EndpointView {
  readonly #options: EndpointViewOptions
  #said = ''
  #seen: EndpointSet = { ready: [], fallback: [] }

  constructor(options: EndpointViewOptions) {
    this.#options = options
  }

  /** The control plane says something; what it has said already is no change. */
  publish(endpoints: EndpointSet): void {
    const { clock, lagMs, onChange } = this.#options
    const text = JSON.stringify(endpoints)
    if (text === this.#said) return
    this.#said = text
    clock.schedule(
      lagMs,
      () => {
        this.#seen = endpoints
        onChange(endpoints)
      },
      { keepAlive: false },
    )
  }

  /** Where a new connection may go now: to one that is ready, else to one that is being deleted and still serves. */
  get candidates(): readonly string[] {
    return this.#seen.ready.length > 0 ? this.#seen.ready : this.#seen.fallback
  }
}
