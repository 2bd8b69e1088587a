import { sleep } from '../../core/wait.ts'
import type { Fault } from '../../receiver/fault.ts'
import type { ProbeName } from '../history/event.ts'
import type { History } from '../history/history.ts'
import type { LifetimeSettings } from '../history/lifetime.ts'
import type { ExitedEvent } from '../history/process-events.ts'
import type { Collector } from './collector.ts'
import type { DependencyFronts } from './dependency-fronts.ts'
import type { Loads } from './loads.ts'
import { startProber } from './prober.ts'
import type { Bridge, DependencyFault, Ship } from './ship.ts'
import type { Surroundings } from './surroundings.ts'
import type { Vessel } from './vessel.ts'

/** What a ship is put together from. */
export interface ShipParts {
  readonly bridge: Pick<Bridge, 'facts' | 'clock' | 'random' | 'signal'>
  readonly history: History
  readonly vessel: Vessel
  readonly collector: Collector
  readonly fronts: DependencyFronts
  readonly load: Loads
  readonly port: number
  /** Everything around the service, to be ended after it. */
  readonly around: Surroundings
}

/** Between two questions whether it is ready. */
const READY_PROBE_MS = 50
/** How long loads may take to end: a request that is never answered is cut then by the end of the service. */
const LOADS_LIMIT_MS = 10_000
/** A service that doesn't end by the stop signal is no reason to wait longer than this when nobody judges it. */
const CLEANUP_GRACE_MS = 10_000
/** The same, when somebody waits at the terminal. */
const GIVEN_UP_GRACE_MS = 2000

/** The service with everything around it: see {@link Ship}. */
export class ShipAtSea implements Ship {
  readonly load: Loads
  readonly #parts: ShipParts
  readonly #probers = new Set<() => Promise<void>>()
  #ending: Promise<void> | undefined

  constructor(parts: ShipParts) {
    this.#parts = parts
    this.load = parts.load
  }

  get history(): History {
    return this.#parts.history
  }

  get host(): string {
    return this.#parts.bridge.facts.host
  }

  get port(): number {
    return this.#parts.port
  }

  get pid(): number {
    return this.#parts.vessel.pid
  }

  get isRunning(): boolean {
    return this.#parts.vessel.isRunning
  }

  get hasProcesses(): boolean {
    return this.#parts.vessel.hasProcesses
  }

  get exited(): Promise<ExitedEvent> {
    return this.#parts.vessel.exited
  }

  whenListening(timeoutMs: number): Promise<boolean> {
    return this.#unlessGivenUp(this.#parts.vessel.whenListening(timeoutMs))
  }

  async whenReady(timeoutMs: number): Promise<boolean> {
    const { bridge, history, vessel } = this.#parts
    const { clock } = bridge
    if (bridge.facts.probes.ready === undefined) return this.whenListening(timeoutMs)
    const until = clock.now() + timeoutMs
    if (!(await this.whenListening(timeoutMs))) return false
    const given = until - clock.now()
    const success = history
      .waitFor('probe', ({ probe, isSuccess }) => probe === 'ready' && isSuccess, given)
      .then((event) => event !== undefined)
    const stop = this.probe({ everyMs: READY_PROBE_MS, probes: ['ready'] })
    const gone = vessel.waitForExit(given, bridge.signal).then(() => false)
    const isReady = await this.#unlessGivenUp(vessel.isRunning ? Promise.race([success, gone]) : success)
    await stop()
    return isReady
  }

  signal(signal: NodeJS.Signals): boolean {
    return this.#parts.vessel.signal(signal)
  }

  waitForExit(timeoutMs: number): Promise<boolean> {
    const { vessel, bridge } = this.#parts
    return vessel.waitForExit(timeoutMs, bridge.signal)
  }

  hurryOutput(): void {
    this.#parts.vessel.hurryOutput()
  }

  freeze(): void {
    this.#parts.vessel.signalAll('SIGSTOP')
    this.mark('frozen')
  }

  thaw(): void {
    this.#parts.vessel.signalAll('SIGCONT')
    this.mark('thawed')
  }

  mark(name: string, data?: LifetimeSettings): void {
    this.#parts.history.mark(name, data)
  }

  pause(ms: number): Promise<void> {
    const { clock, signal } = this.#parts.bridge
    return sleep(clock, ms, { signal })
  }

  probe(options: { readonly everyMs: number; readonly probes?: readonly ProbeName[] }): () => Promise<void> {
    const { bridge, history, port } = this.#parts
    const { facts, clock, signal } = bridge
    const known = Object.keys(facts.probes) as ProbeName[]
    const probes = known.filter((name) => options.probes?.includes(name) ?? true)
    if (probes.length === 0) return () => Promise.resolve()
    const { everyMs } = options
    const stop = startProber({ history, clock, facts, host: facts.host, port, signal, everyMs, probes })
    this.#probers.add(stop)
    return async () => {
      this.#probers.delete(stop)
      await stop()
    }
  }

  setCollectorFault(fault: Fault | undefined): Promise<void> {
    return this.#parts.collector.setFault(fault)
  }

  setDependencyFault(name: string, fault: DependencyFault | undefined): Promise<void> {
    return this.#parts.fronts.setFault(name, fault)
  }

  read(): Promise<void> {
    return this.#parts.vessel.read()
  }

  whenTelemetryIsQuiet(options: { readonly quietMs: number; readonly timeoutMs: number }): Promise<void> {
    return this.#parts.collector.whenQuiet(options, this.#parts.bridge.signal)
  }

  end(): Promise<void> {
    this.#ending ??= this.#end()
    return this.#ending
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end()
  }

  async #end(): Promise<void> {
    const { bridge, vessel, around } = this.#parts
    const { facts, clock, signal } = bridge
    try {
      const quiet = Promise.all([this.load.stopAll(), ...[...this.#probers].map((stop) => stop())])
      const isGivenUp = signal.aborted
      if (!isGivenUp) await within(quiet, sleep(clock, LOADS_LIMIT_MS, { signal, keepAlive: false }))
      const limitMs = signal.aborted ? GIVEN_UP_GRACE_MS : CLEANUP_GRACE_MS
      await vessel.end({ signal: facts.stopSignal, graceMs: Math.min(facts.graceMs.value, limitMs) })
      // With the service, everything that they could wait for is gone.
      await within(quiet, sleep(clock, GIVEN_UP_GRACE_MS, { keepAlive: false }))
    } finally {
      await around.end()
    }
  }

  #unlessGivenUp(work: Promise<boolean>): Promise<boolean> {
    const { signal } = this.#parts.bridge
    if (signal.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const giveUp = (): void => resolve(false)
      signal.addEventListener('abort', giveUp, { once: true })
      void work.then(resolve).finally(() => signal.removeEventListener('abort', giveUp))
    })
  }
}

async function within(work: Promise<unknown>, limit: Promise<void>): Promise<void> {
  await Promise.race([work, limit])
}
