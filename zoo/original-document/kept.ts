import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MeasuredOn } from '../../bench/measured-on.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import type { Outcome } from '../runner/trial-run.ts'

/** What the whole trial said of the document's program. */
export interface KeptTrial {
  readonly origin: MeasuredOn
  readonly tookMs: number
  /** How many processes wanted a core on the average of the minute before it was judged. */
  readonly load: number
  readonly verdicts: readonly KeptVerdict[]
  /** Spans of its own that arrived, by name, of all lives that were sampled at its own rate or by their callers. */
  readonly spans: Readonly<Record<string, number>>
  /** How often it was told to stop. */
  readonly stops: number
}

export interface KeptVerdict {
  readonly id: string
  readonly outcome: Outcome
  readonly says: string
  /** Each in one sentence, the worst first. */
  readonly evidence: readonly string[]
  readonly notes: readonly string[]
}

/** Where it is kept. */
export const KEPT = join(ROOT, 'zoo/results/original-document.json')

export function keptTrial(): KeptTrial | undefined {
  return existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as KeptTrial) : undefined
}
