import { type Cell, describeLoss } from './results.ts'
import type { Plan } from './schedule.ts'

/** One line a trial, losses below it; on a terminal in colour. */
export function createProgress(output: NodeJS.WriteStream): Plan['onResult'] {
  const paint = (code: number, text: string): string =>
    output.isTTY && output.hasColors() ? `\u001B[${code}m${text}\u001B[0m` : text
  return ({ trial, result, left }) => {
    const { counts, exitCode, stopMs, attempts, isValid, lateRefusals } = result
    const isGood = counts.failed === 0 && counts.status503 === 0
    const numbers = `${counts.sent} sent, ${counts.failed} failed (${counts.reset} reset, ${counts.refused} refused), ${counts.status503} × 503, ${lateRefusals} late refusals, exit ${exitCode} after ${stopMs} ms`
    output.write(`${paint(isGood ? 32 : 31, isGood ? '✓' : '✗')} ${trial}: ${numbers} ${paint(2, `· ${left} left`)}\n`)
    if (attempts > 1) output.write(`    ${attempts} attempts: the precondition did not hold at first\n`)
    if (!isValid)
      output.write(
        `    not valid: ${result.inFlightAtSignal} in flight, ${result.idleAtSignal} idle at SIGTERM, clients stood still for ${result.standstillMs} ms\n`,
      )
    for (const loss of result.losses.slice(0, 2)) output.write(`    ${paint(2, describeLoss(loss))}\n`)
  }
}

/** What was planned and not begun, because time was short; `undefined` when nothing was. */
export function describeSkipped(
  cells: readonly Cell[],
  { runs, troubles }: { readonly runs: number; readonly troubles: number },
): string | undefined {
  const planned = cells.length * runs
  const done = cells.reduce((total, cell) => total + cell.runs.length, 0)
  const skipped = planned - done - troubles
  if (skipped <= 0) return undefined
  return `time was short: ${skipped} of ${planned} runs were not begun; \`runs\` says how many each variant has`
}
