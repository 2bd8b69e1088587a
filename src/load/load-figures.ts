import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

import type { RawResult, RequestOutcome } from './raw-request.ts'

export interface LatencyFigures {
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Exact counts of a load run: `sent = answered + the sum of failed`. */
export interface LoadFigures {
  /** Requests of which at least a byte was put on a connection that stood. */
  readonly sent: number
  readonly answered: number
  /** Requests that were sent and not answered completely, by what became of them; kinds that did not occur are absent. */
  readonly failed: Readonly<Partial<Record<Exclude<RequestOutcome, 'answered' | 'refused'>, number>>>
  readonly failedCount: number
  /** Requests for which no connection could be made. They were not sent, and the first one ends the run. */
  readonly refused: number
  /** Requests that were due and for which no connection was free until the run ended. They were not sent. */
  readonly notSent: number
  readonly byStatus: Readonly<Record<number, number>>
  readonly connectionsOpened: number
  /** Answers that said `Connection: close`. */
  readonly saidClose: number
  /** Of answered requests, from when they were due, so that a wait for a free connection counts. */
  readonly latency: LatencyFigures
  readonly stoppedBy: 'signal' | 'duration' | 'count' | 'listener-closed'
}

const MS = 1000

/** Adds up results as they come. */
export class LoadTally {
  readonly #latencyUs: RecordableHistogram = createHistogram()
  readonly #failed: Partial<Record<Exclude<RequestOutcome, 'answered' | 'refused'>, number>> = {}
  readonly #byStatus: Record<number, number> = {}
  #sent = 0
  #answered = 0
  #refused = 0
  #saidClose = 0

  /** @param latencyMs from when the request was due */
  add(result: RawResult, latencyMs: number): void {
    if (result.outcome === 'refused') {
      this.#refused++
      return
    }
    this.#sent++
    if (result.outcome !== 'answered') {
      this.#failed[result.outcome] = (this.#failed[result.outcome] ?? 0) + 1
      return
    }
    this.#answered++
    if (result.saidClose) this.#saidClose++
    if (result.status !== undefined) this.#byStatus[result.status] = (this.#byStatus[result.status] ?? 0) + 1
    this.#latencyUs.record(Math.max(1, Math.round(latencyMs * MS)))
  }

  figures(rest: Pick<LoadFigures, 'notSent' | 'connectionsOpened' | 'stoppedBy'>): LoadFigures {
    const percentileMs = (percentile: number): number =>
      this.#answered === 0 ? 0 : this.#latencyUs.percentile(percentile) / MS
    return {
      sent: this.#sent,
      answered: this.#answered,
      failed: { ...this.#failed },
      failedCount: this.#sent - this.#answered,
      refused: this.#refused,
      notSent: rest.notSent,
      byStatus: { ...this.#byStatus },
      connectionsOpened: rest.connectionsOpened,
      saidClose: this.#saidClose,
      latency: {
        p50Ms: percentileMs(50),
        p90Ms: percentileMs(90),
        p99Ms: percentileMs(99),
        maxMs: this.#answered === 0 ? 0 : this.#latencyUs.max / MS,
      },
      stoppedBy: rest.stoppedBy,
    }
  }
}
