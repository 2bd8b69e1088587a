import { countOutcomes, harnessErrorsOf, type TrialReport } from '../../trial/report.ts'
import { CLI_EXIT_CODE } from '../exit-code.ts'

/** What a run exits with. A failure of the harness comes first: then nobody knows what else would have been found. */
export function trialExitCode(report: TrialReport, isStrict: boolean): number {
  const counts = countOutcomes(report.judged)
  if (harnessErrorsOf(report).length > 0) return CLI_EXIT_CODE.notStarted
  if (counts.FAIL > 0) return CLI_EXIT_CODE.failed
  return isStrict && counts.INCONCLUSIVE > 0 ? CLI_EXIT_CODE.inconclusive : CLI_EXIT_CODE.ok
}
