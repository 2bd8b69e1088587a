import { readFile } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'

import type { Cancel, Clock } from '../../core/clock.ts'
import type { History } from '../history/history.ts'
import type { ControlService } from './control-service.ts'
import type { Lateness } from './lateness.ts'

/** What {@link watchNoise} is told. */
export interface NoiseWatchOptions {
  readonly history: History
  readonly clock: Clock
  /** Of the loads of this lifetime. */
  readonly lateness: Lateness
  readonly control?: ControlService
}

const EVERY_MS = 1000
const ASKS_PER_EVENT = 10
/** Of the timer by which the event loop is watched; it is part of what is measured, and taken off. */
const RESOLUTION_MS = 10

/** Notes each second how quiet the machine is. @returns ends it */
export function watchNoise(options: NoiseWatchOptions): () => Promise<void> {
  const watch = new NoiseWatch(options)
  watch.start()
  return () => watch.end()
}

class NoiseWatch {
  readonly #options: NoiseWatchOptions
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #cancel: Cancel = () => {}
  #isEnded = false
  #running: Promise<void> = Promise.resolve()

  constructor(options: NoiseWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop.enable()
    this.#running = this.#run()
  }

  async end(): Promise<void> {
    this.#isEnded = true
    this.#cancel()
    this.#loop.disable()
    await this.#running
  }

  async #run(): Promise<void> {
    const { history, lateness, clock } = this.#options
    let before = await readKernel()
    while (!this.#isEnded) {
      const startedAt = history.now()
      const beganAt = clock.now()
      const answers: number[] = []
      for (let beat = 1; beat <= ASKS_PER_EVENT && !this.#isEnded; beat++) {
        await this.#wait(beganAt + (EVERY_MS / ASKS_PER_EVENT) * beat - clock.now())
        const tookMs = this.#isEnded ? undefined : await this.#options.control?.ask()
        if (tookMs !== undefined) answers.push(tookMs)
      }
      const now = await readKernel()
      const controlMs = answers.toSorted((one, other) => one - other)[Math.floor(answers.length / 2)]
      history.add({
        kind: 'noise',
        startedAt,
        ...ratiosBetween(before, now, clock.now() - beganAt),
        latenessMs: lateness.takeP99Ms(),
        loopDelayMs: Math.max(0, this.#loop.max / 1e6 - RESOLUTION_MS),
        ...(controlMs === undefined ? {} : { controlMs }),
      })
      this.#loop.reset()
      before = now
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.schedule(Math.max(0, ms), resolve, { keepAlive: false })
      this.#cancel = () => {
        cancel()
        resolve()
      }
    })
  }
}

/** What the kernel counts; absent where it doesn't. */
interface KernelCounts {
  /** Time in which something waited for a processor, in microseconds. */
  readonly pressureUs?: number
  /** Of all processors together, in ticks. */
  readonly stealTicks?: number
  readonly totalTicks?: number
}

async function readKernel(): Promise<KernelCounts> {
  const [pressure, stat] = await Promise.all([read('/proc/pressure/cpu'), read('/proc/stat')])
  const pressureUs = /^some .*\btotal=(\d+)/m.exec(pressure)?.[1]
  // user nice system idle iowait irq softirq steal; what guests took is in user already.
  const ticks = /^cpu +([\d ]+)/m.exec(stat)?.[1]?.split(' ').slice(0, 8).map(Number)
  return {
    ...(pressureUs === undefined ? {} : { pressureUs: Number(pressureUs) }),
    ...(ticks?.[7] === undefined
      ? {}
      : { stealTicks: ticks[7], totalTicks: ticks.reduce((sum, each) => sum + each, 0) }),
  }
}

function ratiosBetween(
  before: KernelCounts,
  now: KernelCounts,
  elapsedMs: number,
): { cpuPressureRatio?: number; stealRatio?: number } {
  const ratios: { cpuPressureRatio?: number; stealRatio?: number } = {}
  if (now.pressureUs !== undefined && before.pressureUs !== undefined && elapsedMs > 0) {
    ratios.cpuPressureRatio = toRatio((now.pressureUs - before.pressureUs) / 1000 / elapsedMs)
  }
  const ticks = (now.totalTicks ?? 0) - (before.totalTicks ?? 0)
  if (now.stealTicks !== undefined && before.stealTicks !== undefined && ticks > 0) {
    ratios.stealRatio = toRatio((now.stealTicks - before.stealTicks) / ticks)
  }
  return ratios
}

function toRatio(value: number): number {
  return Math.min(1, Math.max(0, value))
}

/** Empty where there is no such file. */
function read(path: string): Promise<string> {
  return readFile(path, 'latin1').catch(() => '')
}
