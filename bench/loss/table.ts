import { type Cell, type JsonRow, toJsonRows } from './results.ts'
import { SCENARIOS } from './scenarios.ts'

/** What was measured, as text for a terminal. */
export function toTable(cells: readonly Cell[], output: NodeJS.WriteStream): string {
  const paint = (code: number, text: string): string =>
    output.isTTY && output.hasColors() ? `\u001B[${code}m${text}\u001B[0m` : text
  const rows = toJsonRows(cells)
  return SCENARIOS.flatMap(({ id, title }) => {
    const own = rows.filter(({ scenario }) => scenario === id)
    if (own.length === 0) return []
    const width = Math.max(...own.map(({ variant }) => variant.length))
    return [
      paint(1, `${title}${describeScale(own[0]?.scale ?? 1)}`),
      ...own.map((row) =>
        paint(row.lostSilently === 0 ? 32 : 31, `  ${row.variant.padEnd(width)}  ${describeRow(row)}`),
      ),
      '',
    ]
  }).join('\n')
}

/** One line for a row; also of a single trial. */
export function describeRow(row: Omit<JsonRow, 'scenario' | 'variant' | 'runs' | 'scale'>): string {
  const { created, delivered, droppedCounted, lostSilently, shutdownMs, duplicates, exitCodes, killed } = row
  const twice = duplicates === 0 ? '' : `, ${duplicates} twice`
  const end = `exit ${exitCodes.join(', ')} after ${shutdownMs} ms${killed > 0 ? `, ${killed} killed` : ''}`
  return `${lostSilently} of ${created} lost silently, ${droppedCounted} dropped and counted, ${delivered} delivered${twice}, ${end}`
}

/** `, times × 0.4`, or nothing when they are those of the scenario. */
export function describeScale(scale: number): string {
  return scale === 1 ? '' : `, times × ${scale}`
}
