import { sleep } from '../../core/wait.ts'
import type { LifetimeSettings } from '../history/lifetime.ts'
import type { Target } from '../ship/loads-options.ts'
import type { Harbour } from '../ship/harbour.ts'
import type { Bridge } from '../ship/ship.ts'
import { type Berth, Berths } from './berths.ts'
import { Deployment } from './deployment.ts'
import { endpointsOf, EndpointView } from './endpoints.ts'
import type { Revision, RollingStrategy } from './rolling-update.ts'
import { makeServicePod } from './service-pod.ts'

export interface FleetOptions {
  readonly label: string
  readonly settings: LifetimeSettings
  readonly strategy: RollingStrategy
  /** From a change of the endpoints to the moment at which clients see it. */
  readonly endpointLagMs: number
}

/** Each replica is replaced once: so many times their number there are pods in all. */
const VERSIONS = 2

/**
 * Replicas of the service under a Deployment, in one lifetime, with clients that go straight to an endpoint of their
 * choice as soon as they know of it, and stay with it as long as it lets them: what kube-proxy does in a client's kernel.
 *
 * @see https://kubernetes.io/docs/reference/networking/virtual-ips/
 */
export class Fleet implements AsyncDisposable {
  readonly harbour: Harbour
  readonly #bridge: Bridge
  readonly #berths = new Map<string, Berth>()
  readonly #free: Berth[]
  readonly #deployment: Deployment
  readonly #view: EndpointView

  private constructor(bridge: Bridge, harbour: Harbour, free: Berth[], view: EndpointView, strategy: RollingStrategy) {
    this.#bridge = bridge
    this.harbour = harbour
    this.#free = free
    this.#view = view
    this.#deployment = new Deployment({
      strategy,
      makePod: (name, revision) => this.#makePod(name, revision),
      onChange: (pods) => view.publish(endpointsOf(pods)),
    })
    harbour.closing.addEventListener('abort', () => void this.#deployment.close(), { once: true })
  }

  /** Opens it, without any replica. */
  static async open(bridge: Bridge, { label, settings, strategy, endpointLagMs }: FleetOptions): Promise<Fleet> {
    const { clock, facts } = bridge
    // Clients are there before it is.
    const known: { fleet?: Fleet } = {}
    const harbour = await bridge.openHarbour({
      label,
      settings: { ...settings, endpointLagMs },
      target: () => known.fleet?.target(),
    })
    const view = new EndpointView({
      clock,
      lagMs: endpointLagMs,
      onChange: ({ ready, fallback }) => harbour.history.add({ kind: 'endpoints', ready, fallback }),
    })
    const berths = new Berths(facts)
    const count = VERSIONS * (strategy.replicas + strategy.maxSurge)
    const free = await Promise.all(Array.from({ length: count }, () => berths.next()))
    known.fleet = new Fleet(bridge, harbour, free, view, strategy)
    return known.fleet
  }

  get isComplete(): boolean {
    return this.#deployment.isComplete
  }

  get isSettled(): boolean {
    return this.#deployment.isSettled
  }

  deploy(revision: Revision): void {
    this.#deployment.deploy(revision)
  }

  /** Waits until all replicas are there and nothing else is; for so long at most. */
  async whenSettled(timeoutMs: number): Promise<boolean> {
    const limit = new AbortController()
    const { clock, signal } = this.#bridge
    const over = AbortSignal.any([limit.signal, signal, this.harbour.closing])
    void sleep(clock, timeoutMs, { signal: over, keepAlive: false }).then(() => limit.abort())
    const isSettled = await this.#deployment.when(() => this.#deployment.isSettled, over)
    limit.abort()
    return isSettled
  }

  /** Where a new connection goes now. */
  target(): Target | undefined {
    const { candidates } = this.#view
    if (candidates.length === 0) return undefined
    const pod = this.#bridge.random.pick(candidates)
    const berth = this.#berths.get(pod)
    return berth === undefined ? undefined : { host: berth.host, port: berth.port, pod }
  }

  /** Deletes what is left of it and waits for its end, for so long at most; what is still there is killed. */
  async end(patienceMs: number): Promise<void> {
    const { clock, signal } = this.#bridge
    const limit = new AbortController()
    const over = AbortSignal.any([limit.signal, signal])
    await Promise.race([this.#deployment.close(), sleep(clock, patienceMs, { signal: over })])
    limit.abort()
    await this.harbour.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.harbour.end()
  }

  #makePod(name: string, revision: Revision) {
    const berth = this.#free.shift()
    if (berth === undefined) throw new Error(`No place is left for ${name}`)
    this.#berths.set(name, berth)
    return makeServicePod({
      bridge: this.#bridge,
      harbour: this.harbour,
      name,
      revision,
      berth,
      onEvent: (what) => this.#deployment.onPodEvent(what),
    })
  }
}
