import { loadTrials, loadVoyages } from '../../trial/catalogue.ts'
import { endedEvent, startedEvent, verdictEvent, voyageEvent } from '../../trial/output/json-events.ts'
import { safeJson } from '../../trial/output/safe-text.ts'
import { readRun } from '../../trial/saved/read-run.ts'
import { replayRun } from '../../trial/saved/replay-run.ts'
import { noiseOf } from '../../trial/verdict/noise-guard.ts'
import type { CommandContext } from '../command.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'
import { readTrialFlags } from './trial-flags.ts'
import { trialExitCode } from './trial-exit-code.ts'
import { printReport } from './trial-output.ts'
import { writeOutputs } from './write-outputs.ts'

/** Judges a saved run again, and starts nothing. @returns the exit code, which is that of the verdicts */
export async function replayTrial(context: CommandContext): Promise<number> {
  const flags = readTrialFlags(context)
  const run = await readRun(flags.replay ?? '')
  const report = replayRun({ run, trials: await loadTrials(), voyages: await loadVoyages(), guard: noiseOf })
  const problems = await writeOutputs(report, flags)
  for (const problem of problems) context.note(`seaworthy: ${problem}`)
  const code = problems.length > 0 ? CLI_EXIT_CODE.notStarted : trialExitCode(report, flags.isStrict)
  if (flags.isJson) {
    const events = [startedEvent(report), ...report.sailed.map(voyageEvent), ...report.judged.map(verdictEvent)]
    for (const event of [...events, endedEvent(report, code)]) context.print(safeJson(event))
  } else printReport(report, context)
  return code
}
