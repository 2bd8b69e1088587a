import type { FlushOutcome } from '../core/final-flush.ts'
import type { ShutdownReport } from './shutdown-report.ts'

/** What a shutdown cost, in a few numbers over all components. */
export interface ShutdownCounts {
  /** Requests that were answered after the shutdown had begun; absent when no component counts them. */
  readonly answeredInDrain?: number
  /** Requests, connections and jobs that were cut or abandoned. */
  readonly aborted: number
  /** Requests and jobs that were asked to end at the soft deadline, and did. */
  readonly interrupted: number
  /** Requests that came too late and were not taken: their clients may send them again elsewhere. */
  readonly refused: number
  /** Spans, log records and metric points that were created and not delivered. */
  readonly lostTelemetry: number
}

/** The figures of components that mean work of ours was cut off. */
const CUT = ['cut', 'upgradedCut', 'abandoned'] as const

export function countShutdown({
  aborted,
  figures,
  flushes,
}: Pick<ShutdownReport, 'aborted' | 'figures' | 'flushes'>): ShutdownCounts {
  const sum = (names: readonly string[]): number | undefined => {
    const counts = Object.values(figures).flatMap((own) => names.flatMap((name) => own[name] ?? []))
    return counts.length === 0 ? undefined : counts.reduce((total, count) => total + count, 0)
  }
  const answeredInDrain = sum(['answeredInDrain'])
  return {
    ...(answeredInDrain === undefined ? {} : { answeredInDrain }),
    // Tasks are named and have no figures.
    aborted: Math.max(sum(CUT) ?? 0, aborted.length),
    interrupted: sum(['interrupted']) ?? 0,
    refused: sum(['refused']) ?? 0,
    lostTelemetry: Object.values(flushes).reduce((total, flush) => total + countLost(flush), 0),
  }
}

/** From the accounts in the details of a flush, as telemetry's own has them: `{ traces: { created, delivered, … } }`. */
function countLost({ details }: FlushOutcome): number {
  let lost = 0
  for (const account of Object.values(details)) {
    if (typeof account !== 'object' || account === null) continue
    const { created, delivered, spooled } = account as Readonly<Record<string, unknown>>
    if (typeof created !== 'number' || typeof delivered !== 'number') continue
    lost += Math.max(0, created - delivered - (typeof spooled === 'number' ? spooled : 0))
  }
  return lost
}
