import { readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Receiver } from '../../src/receiver/receiver.ts'
import type { Scenario } from './scenarios.ts'
import { sleep } from '../../src/core/wait.ts'
import type { Clock } from '../../src/core/clock.ts'
import { FAULT_GRACE_MS, LEAST_CREATED_RATIO } from './settings.ts'
import type { Sink } from './sink.ts'

/** Faults in which something still arrives: those who meet them are counted, or there are times without them. */
const PASSING = new Set(['slow', 'flap'])
/** Who meets these can't be counted: nobody gets so far. */
const UNSEEN = new Set(['refuse', 'syn-blackhole', 'flap'])

/**
 * Watches that the fault of a scenario is at work: what was asked for and did not happen would look like a service that loses
 * nothing.
 */
export class FaultProof {
  readonly #sink: Sink
  readonly #kind: string | undefined
  #deliveredBefore: number | undefined
  #deliveredAfter = 0

  constructor(sink: Sink, { fault }: Scenario) {
    this.#sink = sink
    this.#kind = fault?.kind
  }

  /** Call it when the fault begins: what was under way may still arrive for a moment. */
  async begin(clock: Clock, signal: AbortSignal): Promise<void> {
    await sleep(clock, FAULT_GRACE_MS, { signal })
    this.#deliveredBefore = this.#sink.delivered
  }

  /** Call it just before the fault ends. */
  end(): void {
    this.#deliveredAfter = this.#sink.delivered
  }

  /** @throws Error when spans arrived that could not, or nobody met the fault */
  assertMet({ counts }: Receiver): void {
    const kind = this.#kind
    if (kind === undefined) return
    if (this.#deliveredBefore === undefined) throw new Error(`the fault "${kind}" was never there`)
    const arrived = this.#deliveredAfter - this.#deliveredBefore
    if (!PASSING.has(kind) && arrived > 0) throw new Error(`${arrived} spans arrived during the fault "${kind}"`)
    if (!UNSEEN.has(kind) && counts.faults[kind as keyof typeof counts.faults] === 0)
      throw new Error(`nobody met the fault "${kind}"`)
  }
}

/** @throws Error when a service that should have worked until its end did not */
export function assertWorked(created: number, { ratePerS, isServer }: Scenario, workedMs: number): void {
  const due = isServer === true ? 1 : (ratePerS * workedMs) / 1000
  if (created < due * LEAST_CREATED_RATIO)
    throw new Error(`only ${created} spans were created where ${Math.round(due)} were due`)
}

/**
 * @param pid of a process whose disk should be full: its file system may be in a mount namespace of its own
 * @throws Error when there is room on it, and no file that could not grow
 */
export function assertDiskFull(pid: number, spoolDir: string, limitBytes: number): void {
  const inside = join(`/proc/${pid}/root`, spoolDir)
  const { bavail, bsize, blocks } = statfsSync(inside)
  const isSmall = blocks * bsize <= limitBytes
  if (isSmall && bavail * bsize < limitBytes / 4) return
  const sizes = readdirSync(inside, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(inside, name)))
  const longest = Math.max(0, ...sizes.filter((stats) => stats.isFile()).map(({ size }) => size))
  if (isSmall || longest === 0 || longest > 512)
    throw new Error(`the disk is not full: ${bavail * bsize} bytes are free`)
}
