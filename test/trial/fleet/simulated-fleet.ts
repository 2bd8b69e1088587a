import { ManualClock } from '../../../src/core/manual-clock.ts'
import { Random } from '../../../src/load/random.ts'
import { Deployment } from '../../../src/trial/fleet/deployment.ts'
import { endpointsOf, EndpointView } from '../../../src/trial/fleet/endpoints.ts'
import { Pod, type PodSettings } from '../../../src/trial/fleet/pod.ts'
import type { Revision, RollingStrategy } from '../../../src/trial/fleet/rolling-update.ts'
import { SimulatedService, type SimulatedBehaviour } from './simulated-service.ts'

export const EVERY_SECOND = { periodMs: 1000, failureThreshold: 3, initialDelayMs: 0 }

export interface SimulatedFleetOptions {
  readonly strategy?: RollingStrategy
  readonly settings?: Partial<PodSettings>
  readonly lagMs?: number
  readonly seed?: number
  readonly behaviour: (name: string) => SimulatedBehaviour
  /** Called after everything that happens to a pod. */
  readonly onEvent?: (fleet: SimulatedFleet) => void
}

/** A Deployment of services that exist on a manual clock only, with all that happened. */
export class SimulatedFleet {
  readonly clock = new ManualClock()
  readonly log: string[] = []
  readonly deployment: Deployment
  readonly view: EndpointView

  constructor({ strategy, settings, lagMs = 500, seed = 1, behaviour, onEvent }: SimulatedFleetOptions) {
    const { clock } = this
    const random = new Random(seed)
    this.view = new EndpointView({
      clock,
      lagMs,
      onChange: ({ ready, fallback }) => this.#note(`clients see ${ready.join(' ')} / ${fallback.join(' ')}`),
    })
    this.deployment = new Deployment({
      strategy: strategy ?? { replicas: 3, maxSurge: 1, maxUnavailable: 0 },
      makePod: (name: string, revision: Revision) =>
        new Pod({
          name,
          revision,
          clock,
          random,
          settings: { probes: { ready: EVERY_SECOND, live: EVERY_SECOND }, graceMs: 30_000, ...settings },
          runtime: new SimulatedService(clock, behaviour(name)),
          onEvent: (what, pod) => {
            this.#note(`${pod.name} ${what}`)
            this.deployment.onPodEvent(what)
            onEvent?.(this)
          },
        }),
      onChange: (pods) => {
        const endpoints = endpointsOf(pods)
        this.#note(`control plane says ${endpoints.ready.join(' ')} / ${endpoints.fallback.join(' ')}`)
        this.view.publish(endpoints)
      },
    })
  }

  /** What happened to one pod, with its times. */
  of(pod: string): string[] {
    return this.log.filter((line) => line.includes(` ${pod} `) && !line.includes(' see') && !line.includes('says'))
  }

  /** What happened to one pod, without times. */
  orderOf(pod: string): string[] {
    return this.of(pod).map((line) => line.split(' ').at(-1) ?? '')
  }

  #note(what: string): void {
    this.log.push(`${Math.round(this.clock.now())} ${what}`)
  }
}
