import type { Cancel, Clock } from '../../core/clock.ts'
import type { MemorySample, Sample } from './listener-guard.ts'
import type { MemoryUse } from './memory-use.ts'

/** How often memory is looked at: it moves slowly, and to ask costs some tens of microseconds. */
const MEMORY_PERIOD_MS = 250
/** How often the limit of the control group is read: it can be changed while the process runs, and hardly ever is. */
const LIMIT_PERIOD_MS = 10_000
/** How often is looked whether the refusals of a limit are over that needs no measurement. */
const IDLE_PERIOD_MS = 500
const SHORTEST_PERIOD_MS = 5
const LONGEST_PERIOD_MS = 100

export interface MonitorNeeds {
  /** The lowest limit on the delay of the event loop; `Infinity` when there is none. */
  readonly leastDelayMs: number
  readonly memory: boolean
}

/** Measures, again and again, what limits are about. Never keeps the process alive. */
export class LoadMonitor {
  readonly #clock: Clock
  readonly #memory: MemoryUse
  readonly #onSample: (sample: Sample) => void
  #needs: MonitorNeeds = { leastDelayMs: Infinity, memory: false }
  #cancel: Cancel | undefined
  #memoryDueAt = -Infinity
  #limitDueAt = -Infinity
  #limitBytes: number | undefined

  constructor(clock: Clock, memory: MemoryUse, onSample: (sample: Sample) => void) {
    this.#clock = clock
    this.#memory = memory
    this.#onSample = onSample
  }

  /** Begins, or goes on with other needs from now on. */
  run(needs: MonitorNeeds): void {
    const isAsOften = this.#cancel !== undefined && periodOf(needs) === periodOf(this.#needs)
    this.#needs = needs
    // Who changes limits all the time must not keep it from ever measuring.
    if (isAsOften) return
    this.#cancel?.()
    this.#next(this.#clock.now())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #next(beganAt: number): void {
    const periodMs = periodOf(this.#needs)
    this.#cancel = this.#clock.schedule(periodMs, () => this.#sample(beganAt, periodMs), { keepAlive: false })
  }

  #sample(beganAt: number, periodMs: number): void {
    const nowMs = this.#clock.now()
    const passedMs = nowMs - beganAt
    // First, so that one that fails to measure goes on to try.
    this.#next(nowMs)
    const lateMs = passedMs - periodMs
    const memory = this.#needs.memory && nowMs >= this.#memoryDueAt ? this.#readMemory(nowMs) : undefined
    this.#onSample(memory === undefined ? { nowMs, lateMs, passedMs } : { nowMs, lateMs, passedMs, memory })
  }

  #readMemory(nowMs: number): MemorySample | undefined {
    this.#memoryDueAt = nowMs + MEMORY_PERIOD_MS
    try {
      if (nowMs >= this.#limitDueAt) {
        this.#limitDueAt = nowMs + LIMIT_PERIOD_MS
        this.#limitBytes = this.#memory.limitBytes()
      }
      return {
        residentBytes: this.#memory.residentBytes(),
        limitBytes: this.#limitBytes,
        heapPercent: this.#memory.heapPercent(),
      }
    } catch {
      // Without /proc, or without a descriptor to read it with: nothing is known of it this time.
      return undefined
    }
  }
}

function periodOf({ leastDelayMs, memory }: MonitorNeeds): number {
  if (leastDelayMs === Infinity) return memory ? MEMORY_PERIOD_MS : IDLE_PERIOD_MS
  return Math.min(LONGEST_PERIOD_MS, Math.max(SHORTEST_PERIOD_MS, leastDelayMs / 4))
}
