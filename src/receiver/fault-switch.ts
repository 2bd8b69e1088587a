import type { Cancel, Clock } from '../core/clock.ts'
import type { CountKeeper } from './counts.ts'
import type { DoorMode } from './door.ts'
import type { Fault } from './fault.ts'
import { type ResolvedFault, type ResolvedSteadyFault, resolveFault } from './resolve-fault.ts'

/** Where a fault is met. */
export type MeetingPoint = 'connection' | 'request' | 'next-request'

/**
 * Which fault there is at this moment: what was set, as long as its time and its requests are not used up, and in the
 * faulty half of a flap. Counts who meets it.
 */
export class FaultSwitch {
  readonly #clock: Clock
  readonly #counts: CountKeeper
  readonly #setDoor: (mode: DoorMode) => Promise<void>
  #fault: Fault | undefined
  #resolved: ResolvedFault | undefined
  /** What is there now; `undefined` also in the healthy half of a flap. */
  #active: ResolvedSteadyFault | undefined
  #requestsLeft = 0
  #cancelEnd: Cancel | undefined
  #cancelTurn: Cancel | undefined
  #hasBegun = false
  #isClosed = false

  /** @param setDoor brings the listener into a mode; must not reject when it opens again later */
  constructor(clock: Clock, counts: CountKeeper, setDoor: (mode: DoorMode) => Promise<void>) {
    this.#clock = clock
    this.#counts = counts
    this.#setDoor = setDoor
  }

  get fault(): Fault | undefined {
    return this.#fault
  }

  /**
   * Replaces the fault. Resolves when it is there.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`; what was set before then stays
   */
  async set(fault: Fault | undefined, where: string): Promise<void> {
    this.prepare(fault, where)
    if (this.#hasBegun && !this.#isClosed) await this.#enter()
  }

  /**
   * Sets what is there from the beginning.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
   */
  prepare(fault: Fault | undefined, where: string): void {
    const resolved = fault === undefined ? undefined : resolveFault(fault, where)
    this.#cancel()
    this.#fault = fault
    this.#resolved = resolved
  }

  /** Lets what was set take effect. Called once, when the receiver listens. */
  async begin(): Promise<void> {
    this.#hasBegun = true
    if (this.#fault !== undefined) await this.#enter()
  }

  /** The fault that is met at this point, counted; `undefined` when all is well there. */
  meet(point: MeetingPoint): ResolvedSteadyFault | undefined {
    const active = this.#active
    if (active === undefined || pointOf(active) !== point) return undefined
    this.#counts.faultMet(active.kind)
    if (this.#requestsLeft > 0 && --this.#requestsLeft === 0) this.#end()
    return active
  }

  /** Leaves no timer behind. */
  close(): void {
    this.#isClosed = true
    this.#cancel()
    this.#active = undefined
  }

  #enter(): Promise<void> {
    const { lastsMs, requests = 0 } = this.#resolved ?? {}
    this.#requestsLeft = requests
    if (lastsMs !== undefined) this.#cancelEnd = this.#clock.schedule(lastsMs, () => this.#end(), { keepAlive: false })
    return this.#turn(this.#resolved !== undefined)
  }

  #turn(isFaulty: boolean): Promise<void> {
    this.#active = isFaulty ? this.#resolved?.steady : undefined
    const flap = this.#resolved?.flap
    if (flap !== undefined) {
      const turnMs = isFaulty ? flap.faultyMs : flap.healthyMs
      this.#cancelTurn = this.#clock.schedule(turnMs, () => void this.#turn(!isFaulty), { keepAlive: false })
    }
    return this.#setDoor(doorOf(this.#active))
  }

  #end(): void {
    this.#cancel()
    this.#fault = undefined
    this.#resolved = undefined
    void this.#turn(false)
  }

  #cancel(): void {
    this.#cancelEnd?.()
    this.#cancelTurn?.()
    this.#cancelEnd = undefined
    this.#cancelTurn = undefined
    this.#requestsLeft = 0
  }
}

function doorOf(active: ResolvedSteadyFault | undefined): DoorMode {
  return active?.kind === 'refuse' || active?.kind === 'syn-blackhole' ? active.kind : 'open'
}

function pointOf(fault: ResolvedSteadyFault): MeetingPoint | undefined {
  if (fault.kind === 'refuse' || fault.kind === 'syn-blackhole') return undefined
  if (fault.kind === 'cut') return 'next-request'
  return (fault.kind === 'reset' || fault.kind === 'blackhole') && fault.at === 'connection' ? 'connection' : 'request'
}
