import type { Clock } from '../../core/clock.ts'
import { settleWithin, sleep } from '../../core/wait.ts'
import type { Random } from '../../load/random.ts'
import type { ProbeName } from '../history/event.ts'
import type { PodEvent } from '../history/fleet-events.ts'
import { ContainerProbes } from './container-probes.ts'
import type { ProbeTiming } from './probe-worker.ts'
import type { Revision } from './rolling-update.ts'

/** A container that runs. */
export interface Container {
  /** Resolves when the process that was started has ended. Never rejects. */
  readonly exited: Promise<unknown>
  /** The stop signal, to the process that was started and nobody else. */
  signal(): void
  /** SIGKILL, to every process of it. */
  kill(): void
}

/** What a kubelet asks of the machine for one pod. */
export interface PodRuntime {
  /** Starts the container; called anew for each restart. */
  start(): Promise<Container>
  /** Asks a probe once, with its time limit. Never rejects. */
  probe(name: ProbeName): Promise<boolean>
  /** What is done before the stop signal; ends when `signal` is aborted. Absent when there is nothing. */
  preStop?(signal: AbortSignal): Promise<void>
}

export interface PodSettings {
  /** A container without a probe for readiness is ready as soon as it runs. */
  readonly probes: Readonly<Partial<Record<ProbeName, ProbeTiming>>>
  /** From the deletion to SIGKILL; what is done before the signal is part of it. */
  readonly graceMs: number
}

export interface PodOptions {
  readonly name: string
  readonly revision: Revision
  readonly clock: Clock
  readonly random: Random
  readonly settings: PodSettings
  readonly runtime: PodRuntime
  /** Told of everything, at the moment at which it happens. */
  readonly onEvent: (what: PodEvent['what'], pod: Pod) => void
}

/** What is left for the signal at least, even when the hook before it has used up the grace period. */
const MIN_GRACE_MS = 2000
/** The first restart comes at once, the second after this; doubled each time. */
const FIRST_BACK_OFF_MS = 10_000
const MAX_BACK_OFF_MS = 300_000

/**
 * One pod with one container, as a kubelet leads it through its life. Its deletion tells nobody to wait for anybody: the
 * kubelet goes its way, and whoever listens to the events (the endpoints) goes another.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export class Pod {
  readonly name: string
  readonly revision: Revision
  readonly createdAt: number
  /** Resolves when its container has ended for good. */
  readonly gone: Promise<void>
  readonly #options: PodOptions
  readonly #deleted = new AbortController()
  #resolveGone: () => void = () => {}
  #probes: ContainerProbes | undefined
  #isReady = false
  #readySince: number | undefined
  #restartCount = 0
  #isGone = false

  constructor(options: PodOptions) {
    this.#options = options
    this.name = options.name
    this.revision = options.revision
    this.createdAt = options.clock.now()
    this.gone = new Promise((resolve) => (this.#resolveGone = resolve))
  }

  /** What the readiness probe says, also while it is being deleted. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** On the scale of the clock; absent while it is not ready. */
  get readySince(): number | undefined {
    return this.#readySince
  }

  get isDeleted(): boolean {
    return this.#deleted.signal.aborted
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get restartCount(): number {
    return this.#restartCount
  }

  /** Begins its life. */
  create(): void {
    this.#tell('created')
    void this.#live()
  }

  /** One write, from which everything else follows. Safe to call again. */
  delete(): void {
    if (this.isDeleted) return
    // Told first: in the history, what follows comes after what it follows from.
    this.#options.onEvent('deleted', this)
    this.#deleted.abort()
    this.#probes?.askOnlyForReadiness()
  }

  async #live(): Promise<void> {
    const { clock, runtime } = this.#options
    while (!this.isDeleted) {
      const container = await runtime.start()
      await this.#runContainer(container)
      this.#becomeReady(false)
      if (this.isDeleted) break
      await sleep(clock, backOffMs(this.#restartCount), { signal: this.#deleted.signal })
      if (this.isDeleted) break
      this.#restartCount++
      this.#tell('restarted')
    }
    this.#isGone = true
    this.#tell('gone')
    this.#resolveGone()
  }

  /** From its start to its end, whatever that comes from. */
  async #runContainer(container: Container): Promise<void> {
    const { clock, random, settings, runtime } = this.#options
    const stop = new AbortController()
    const giveUp = (): void => stop.abort()
    const probes = new ContainerProbes({
      clock,
      random,
      timings: settings.probes,
      ask: (name) => runtime.probe(name),
      onReady: (isReady) => this.#becomeReady(isReady),
      // A container that fails is stopped as one of a deleted pod is, and started anew.
      onFailed: giveUp,
    })
    this.#probes = probes
    this.#deleted.signal.addEventListener('abort', giveUp, { once: true })
    if (this.isDeleted) giveUp()
    else probes.start()
    const exit = container.exited.then(() => 'exited' as const)
    const first = await Promise.race([exit, whenAborted(stop.signal)])
    if (first !== 'exited') await this.#stop(container)
    probes.stop()
    this.#deleted.signal.removeEventListener('abort', giveUp)
  }

  /** The hook, the signal, and the end of patience. */
  async #stop(container: Container): Promise<void> {
    const { clock, settings, runtime } = this.#options
    const ended = new AbortController()
    void container.exited.then(() => ended.abort())
    const beganAt = clock.now()
    if (runtime.preStop !== undefined) {
      this.#tell('pre-stop-began')
      await settleWithin(clock, settings.graceMs, (signal) =>
        runtime.preStop?.(AbortSignal.any([signal, ended.signal])),
      )
      this.#tell('pre-stop-ended')
    }
    if (!ended.signal.aborted) {
      this.#tell('signalled')
      container.signal()
      const leftMs = Math.max(settings.graceMs - (clock.now() - beganAt), MIN_GRACE_MS)
      await sleep(clock, leftMs, { signal: ended.signal })
    }
    if (!ended.signal.aborted) {
      this.#tell('killed')
      container.kill()
    }
    await container.exited
  }

  #becomeReady(isReady: boolean): void {
    if (this.#isReady === isReady) return
    this.#isReady = isReady
    this.#readySince = isReady ? this.#options.clock.now() : undefined
    this.#tell(isReady ? 'ready' : 'unready')
  }

  #tell(what: PodEvent['what']): void {
    this.#options.onEvent(what, this)
  }
}

/**
 * How long a container that has ended by itself stays down.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
function backOffMs(restartCount: number): number {
  return restartCount === 0 ? 0 : Math.min(FIRST_BACK_OFF_MS * 2 ** (restartCount - 1), MAX_BACK_OFF_MS)
}

function whenAborted(signal: AbortSignal): Promise<'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted')
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }))
}
