import type { MeasuredOn } from '../../bench/measured-on.ts'
import { loadTrials, loadVoyages } from '../../src/trial/catalogue.ts'
import { eventsOf } from '../../src/trial/history/lifetime.ts'
import { readRun } from '../../src/trial/saved/read-run.ts'
import { replayRun } from '../../src/trial/saved/replay-run.ts'
import { noiseOf } from '../../src/trial/verdict/noise-guard.ts'
import type { KeptTrial } from './kept.ts'

/** What a saved run says of the program. */
export async function judgeSaved(path: string, origin: MeasuredOn, load: number): Promise<KeptTrial> {
  const run = await readRun(path)
  const trials = await loadTrials()
  const report = replayRun({ run, trials, voyages: await loadVoyages(), guard: noiseOf })
  const lifetimes = run.sailed.flatMap((sailed) => sailed.lifetimes)
  const spans: Record<string, number> = {}
  for (const { name } of lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'span')))
    spans[name] = (spans[name] ?? 0) + 1
  const isStopped = (lifetime: (typeof lifetimes)[number]): boolean =>
    eventsOf(lifetime, 'signal').some(({ why, signal }) => why === 'trial' && signal === 'SIGTERM')
  return {
    origin: { ...origin, date: new Date(run.settings.startedAtUnixMs).toISOString() },
    load,
    tookMs: run.tookMs,
    verdicts: report.judged.map(({ trial, verdict }) => ({
      id: trial.id,
      outcome: verdict.outcome,
      says: verdict.says,
      evidence: verdict.evidence.map(({ says }) => says),
      notes: verdict.notes,
    })),
    spans,
    stops: lifetimes.filter(isStopped).length,
  }
}
