import { closeSync, openSync, readFileSync, unlinkSync, write, writeFileSync, writeSync } from 'node:fs'
import { getHeapStatistics } from 'node:v8'
import type { Cancel, Clock } from '../../core/clock.ts'
import { memoryLimit } from '../../health/checks/memory-limit.ts'
import { attempt } from '../../lifecycle/attempt.ts'
import { ownIdentity, type ProcessIdentity } from '../../telemetry/spool/process-identity.ts'

/** How a process was when it was last seen. */
export interface Pulse {
  /** ISO 8601. */
  readonly at: string
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** The share of the time since the pulse before in which the event loop was busy, 0 to 1. */
  readonly loopUtilization: number
  /** How much later than it should the event loop has come to this, in milliseconds. */
  readonly lateMs: number
  /** Requests, jobs and other work in flight. */
  readonly inFlight: number
}

/** What the file says of its process. */
export interface LifeFacts {
  readonly identity: ProcessIdentity
  readonly service: string
  readonly version: string | undefined
  /** `service.instance.id` of its telemetry, by which that is found. */
  readonly instanceId: string | undefined
  readonly node: string
  /** ISO 8601. */
  readonly startedAt: string
  /** What V8 lets the heap grow to. */
  readonly heapLimitBytes: number
  /** The limit of the control group and of those that it lies in; 0 for none. */
  readonly memoryLimitBytes: number
  /** How often the kernel had killed for memory in the control group; `undefined` where it does not say. */
  readonly oomKills: number | undefined
  /** Where Node puts a report of its own accord, in a way that somebody else has chosen. */
  readonly foreignReports: string | undefined
  /** Where V8 puts snapshots of the heap, where any were asked for. */
  readonly heapSnapshots: string | undefined
  readonly pulse: Pulse
  /** How it has ended, where it could say so. */
  readonly ended?: { readonly at: string; readonly message: string; readonly type: string | undefined }
}

export interface LifeMarkOptions {
  readonly clock: Clock
  /** How much is in flight. */
  readonly inFlight: () => number
  readonly instanceId: () => string | undefined
}

/** So often a process says that it lives. */
export const BEAT_MS = 5000
/** What is written over must have the length of what was there: nothing that a pulse says makes it longer. */
const LENGTH_BYTES = 4096

/**
 * A file that is there as long as its process, with what was last known of it. One that is left when nobody lives is all
 * that a process leaves which was killed.
 */
export class LifeMark {
  readonly path: string
  readonly #clock: Clock
  readonly #facts: Omit<LifeFacts, 'instanceId' | 'pulse' | 'ended'>
  readonly #inFlight: () => number
  readonly #instanceId: () => string | undefined
  readonly #fd: number
  #rssBytes = 0
  #utilization = performance.eventLoopUtilization()
  #dueAt: number
  #isWriting = false
  #isOver = false
  #endBeat: Cancel = () => {}

  /** @throws what the file system says */
  constructor(
    path: string,
    facts: Pick<LifeFacts, 'service' | 'version' | 'foreignReports' | 'heapSnapshots'>,
    { clock, inFlight, instanceId }: LifeMarkOptions,
  ) {
    this.path = path
    this.#clock = clock
    this.#inFlight = inFlight
    this.#instanceId = instanceId
    this.#facts = {
      identity: ownIdentity(),
      ...facts,
      node: process.version,
      startedAt: isoTime(-process.uptime() * 1000),
      heapLimitBytes: getHeapStatistics().heap_size_limit,
      memoryLimitBytes: memoryLimit() ?? 0,
      oomKills: readOomKills(),
    }
    this.#dueAt = clock.now()
    this.#fd = openSync(path, 'wx', 0o600)
    try {
      writeSync(this.#fd, this.#text(), 0)
    } catch (error) {
      this.end()
      throw error
    }
    this.#beatLater()
  }

  /** What was last known of the process, now. */
  pulse(): Pulse {
    // Node opens a file for it: without a descriptor left, it throws.
    this.#rssBytes = attempt(() => process.memoryUsage.rss()) ?? this.#rssBytes
    const since = performance.eventLoopUtilization(this.#utilization)
    return {
      at: isoTime(),
      rssBytes: this.#rssBytes,
      heapUsedBytes: getHeapStatistics().used_heap_size,
      loopUtilization: Number(since.utilization.toFixed(3)),
      lateMs: Math.max(0, Math.round(this.#clock.now() - this.#dueAt)),
      inFlight: attempt(this.#inFlight) ?? 0,
    }
  }

  /** The process ends and can say so: nothing is left, or only how it ended. Synchronous, never throws. */
  end(ended?: Omit<NonNullable<LifeFacts['ended']>, 'at'>): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#endBeat()
    // A write that is under way goes into the file that is gone then.
    attempt(() => unlinkSync(this.path))
    if (!this.#isWriting) attempt(() => closeSync(this.#fd))
    if (ended === undefined) return
    const text = this.#text({ at: isoTime(), ...ended })
    attempt(() => writeFileSync(this.path, text, { mode: 0o600, flag: 'wx' }))
  }

  #beatLater(): void {
    this.#dueAt = this.#clock.now() + BEAT_MS
    this.#endBeat = this.#clock.schedule(BEAT_MS, () => this.#beat(), { keepAlive: false })
  }

  #beat(): void {
    if (!this.#isWriting) {
      this.#isWriting = true
      const bytes = Buffer.from(this.#text())
      this.#utilization = performance.eventLoopUtilization()
      // Not synchronously: a file system that hangs must not hold the service up.
      write(this.#fd, bytes, 0, bytes.length, 0, () => {
        this.#isWriting = false
        if (this.#isOver) attempt(() => closeSync(this.#fd))
      })
    }
    this.#beatLater()
  }

  #text(ended?: LifeFacts['ended']): string {
    const facts: LifeFacts = {
      ...this.#facts,
      instanceId: attempt(this.#instanceId),
      pulse: this.pulse(),
      ...(ended === undefined ? {} : { ended }),
    }
    return `${JSON.stringify(facts).padEnd(LENGTH_BYTES)}\n`
  }
}

/** How often the kernel has killed a process of this control group for memory. */
export function readOomKills(): number | undefined {
  const group = attempt(() => /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1'))?.[1]) ?? '/'
  const files = [
    `/sys/fs/cgroup${group === '/' ? '' : group}/memory.events`,
    '/sys/fs/cgroup/memory.events',
    '/sys/fs/cgroup/memory/memory.oom_control',
  ]
  for (const file of files) {
    const count = attempt(() => /^oom_kill (\d+)$/m.exec(readFileSync(file, 'latin1'))?.[1])
    if (count !== undefined) return Number(count)
  }
  return undefined
}

/** @param shiftMs from now */
export function isoTime(shiftMs = 0): string {
  return new Date(performance.timeOrigin + performance.now() + shiftMs).toISOString()
}
