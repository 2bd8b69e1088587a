import { formatDuration } from '../core/duration.ts'
import type { BudgetExplanation } from './budget-explanation.ts'

/** An explanation as a person reads it on a terminal: the equation as a table, the verdict, and what to change. */
export function renderBudget(explanation: BudgetExplanation): string {
  const { lines, totalMs, graceMs, spareMs, fits, platform, advice } = explanation
  const rows = lines
    .filter(({ part }) => part !== 'grace')
    .map(({ part, ms, source }, index): Row => [index === 0 ? '' : '+', part, formatDuration(ms), source])
  const grace = lines.find(({ part }) => part === 'grace')
  rows.push(
    ['=', 'total', formatDuration(totalMs), ''],
    [fits ? '≤' : '>', 'grace', formatDuration(graceMs), grace?.source ?? ''],
  )
  const verdict = fits
    ? `It fits: ${formatDuration(spareMs)} to spare.`
    : `It does not fit: ${formatDuration(-spareMs)} too long.`
  return [
    ...alignRows(rows),
    '',
    `${verdict}${describe(explanation)}`,
    ...advice.map((sentence) => `  - ${sentence}`),
    ...(platform === undefined ? [] : [`${platform.title}: ${platform.source}`]),
  ].join('\n')
}

type Row = readonly [sign: string, part: string, amount: string, source: string]

function alignRows(rows: readonly Row[]): readonly string[] {
  const partWidth = Math.max(...rows.map(([, part]) => part.length))
  const amountWidth = Math.max(...rows.map(([, , amount]) => amount.length))
  return rows.map(([sign, part, amount, source]) =>
    `${sign.padEnd(1)} ${part.padEnd(partWidth)}  ${amount.padStart(amountWidth)}  ${source}`.trimEnd(),
  )
}

function describe({ verdict, lines }: BudgetExplanation): string {
  switch (verdict) {
    case 'fits':
      return ''
    case 'scaled':
      return ' Default slices were scaled down to the declared grace period.'
    case 'exceeds':
      return lines.some(({ origin }) => origin.from === 'terminal')
        ? ' The grace period is only assumed, so a service starts, and on a terminal it does not even warn.'
        : ' The grace period is only assumed, so a service warns and starts.'
    case 'refused':
      return ' The grace period is declared, so a service refuses to start, with exit code 2.'
  }
}
