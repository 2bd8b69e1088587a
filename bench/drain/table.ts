import type { Measurement } from './results.ts'
import { rowsOf, type Row } from './rows.ts'
import { SCENARIOS } from './scenarios.ts'

/** What was measured, as text for a terminal. */
export function toTable(measurement: Measurement, output: NodeJS.WriteStream): string {
  const paint = (code: number, text: string): string =>
    output.isTTY && output.hasColors() ? `\u001B[${code}m${text}\u001B[0m` : text
  return SCENARIOS.flatMap((scenario) =>
    scenario.wireDelaysMs.flatMap((wireDelayMs) => {
      const rows = rowsOf(measurement, scenario.id, wireDelayMs)
      if (rows.length === 0) return []
      const width = Math.max(...rows.map(({ variant }) => variant.length))
      return [
        paint(1, `${scenario.title}, ${wireDelayMs} ms of wire each way`),
        ...rows.map((row) => paint(isClean(row) ? 32 : 31, `  ${row.variant.padEnd(width)}  ${describe(row)}`)),
        '',
      ]
    }),
  ).join('\n')
}

function isClean({ counts }: Row): boolean {
  return counts.failed === 0 && counts.status503 === 0 && counts.otherServerErrors === 0
}

function describe({ counts, exits, stopMs, runs }: Row): string {
  return `${counts.failed} of ${counts.sent} failed (${counts.reset} reset, ${counts.refused} refused, ${counts.truncated} truncated, ${counts.timeout} timed out), ${counts.status503} × 503, exit ${exits}, ${stopMs} ms, ${runs} runs`
}
