import { formatDuration } from '../../core/duration.ts'
import { answerProbe, type ProbeSnapshot } from '../../health/probe-snapshot.ts'
import type { ProbeAnswer, ProbeRequest, ProbeSource } from '../../health/probe-source.ts'
import type { OffLoopBrief } from './off-loop-messages.ts'

export interface SnapshotProbesOptions {
  /** Hears what the main thread has said until now. */
  readonly refresh: () => void
  /** How long the main thread has been stuck, in milliseconds; `undefined` when it is not. */
  readonly stuckMs: () => number | undefined
}

/** Answers probes from the last snapshot of another thread. Results of checks grow old here as they do there. */
export class SnapshotProbes implements ProbeSource {
  readonly #mainOriginMs: number
  readonly #options: SnapshotProbesOptions
  #snapshot: ProbeSnapshot

  constructor({ mainOriginMs, news }: Pick<OffLoopBrief, 'mainOriginMs' | 'news'>, options: SnapshotProbesOptions) {
    this.#mainOriginMs = mainOriginMs
    this.#options = options
    this.#snapshot = JSON.parse(news.snapshot) as ProbeSnapshot
  }

  update(snapshot: string): void {
    this.#snapshot = JSON.parse(snapshot) as ProbeSnapshot
  }

  answer(path: string, request: ProbeRequest): ProbeAnswer | undefined {
    this.#options.refresh()
    const stuckMs = this.#options.stuckMs()
    const snapshot = stuckMs === undefined ? this.#snapshot : { ...this.#snapshot, stuck: describeStuck(stuckMs) }
    const [seconds, nanoseconds] = process.hrtime()
    const nowMs = seconds * 1000 + nanoseconds / 1_000_000 - this.#mainOriginMs
    return answerProbe(snapshot, { nowMs, timeOfDayMs: performance.timeOrigin + performance.now() }, path, request)
  }
}

function describeStuck(stuckMs: number): string {
  return `stuck: the event loop has not turned for ${formatDuration(stuckMs)}`
}
