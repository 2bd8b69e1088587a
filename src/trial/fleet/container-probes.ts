import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../load/random.ts'
import type { ProbeName } from '../history/event.ts'
import { type ProbeTiming, ProbeWorker } from './probe-worker.ts'

export interface ContainerProbesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly timings: Readonly<Partial<Record<ProbeName, ProbeTiming>>>
  readonly ask: (name: ProbeName) => Promise<boolean>
  readonly onReady: (isReady: boolean) => void
  /** The probe for life or for the start has failed as often as it may. */
  readonly onFailed: () => void
}

/**
 * The probes of one container: the others wait for the one of the start, readiness is a failure until it says otherwise,
 * and of a container that is being stopped only readiness is asked.
 */
export class ContainerProbes {
  readonly #options: ContainerProbesOptions
  readonly #workers = new Map<ProbeName, ProbeWorker>()
  #isStopping = false

  constructor(options: ContainerProbesOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#options.timings.startup === undefined) return this.#started()
    this.#ask('startup', (isSuccess) => {
      this.#end('startup')
      if (isSuccess) this.#started()
      else this.#options.onFailed()
    })
  }

  /** The pod is being deleted. */
  askOnlyForReadiness(): void {
    this.#isStopping = true
    this.#end('live')
    this.#end('startup')
  }

  stop(): void {
    for (const name of this.#workers.keys()) this.#end(name)
  }

  #started(): void {
    const { timings, onReady, onFailed } = this.#options
    if (timings.ready === undefined) onReady(true)
    else this.#ask('ready', onReady)
    if (timings.live === undefined || this.#isStopping) return
    this.#ask('live', (isSuccess) => {
      if (isSuccess) return
      this.#end('live')
      onFailed()
    })
  }

  #ask(name: ProbeName, onResult: (isSuccess: boolean) => void): void {
    const { clock, random, timings, ask } = this.#options
    const timing = timings[name]
    if (timing === undefined) return
    const worker = new ProbeWorker({ clock, random, timing, ask: () => ask(name), onResult })
    this.#workers.set(name, worker)
    worker.start()
  }

  #end(name: ProbeName): void {
    this.#workers.get(name)?.stop()
    this.#workers.delete(name)
  }
}
