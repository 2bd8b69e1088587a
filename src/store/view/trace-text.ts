import { printable } from './printable.ts'
import type { TraceRow, TraceTree } from './trace-tree.ts'

/** What {@link renderTraceTree} takes. */
export interface TraceTextOptions {
  /**
   * Rows printed; what is left out is counted on the last line.
   *
   * @default 200, some screens
   */
  readonly maxRows?: number
}

/** Deeper rows are printed at this depth, with a mark; no terminal is wide enough for more. */
const MAX_DEPTH = 24
const MAX_NAME = 60
const MAX_MESSAGE = 100

/**
 * A trace as an indented tree for a terminal, without colours: one line for the trace, then a line for each span with
 * name, service, kind, duration and status. Foreign text is made safe to print. Lines end without a line feed at the
 * very end.
 */
export function renderTraceTree(trace: TraceTree, options: TraceTextOptions = {}): string {
  const shown = trace.rows.slice(0, options.maxRows ?? 200)
  const cells = withBranches(shown).map(({ row, branch }) => [
    branch + printable(row.name === '' ? '(no name)' : row.name, MAX_NAME),
    printable(row.service, MAX_NAME),
    row.kind,
    formatMs(row.durationMs),
  ])
  const widths = [0, 1, 2, 3].map((column) =>
    cells.reduce((widest, line) => Math.max(widest, line[column]?.length ?? 0), 0),
  )
  const lines = cells.map((line, index) => {
    const columns = line.map((cell, column) =>
      column === 3 ? cell.padStart(widths[3] ?? 0) : cell.padEnd(widths[column] ?? 0),
    )
    return [...columns, remarks(shown[index] as TraceRow)].join('  ').trimEnd()
  })
  const hidden = trace.rows.length - shown.length
  if (hidden > 0) lines.push(`… and ${plural(hidden, 'more span')}`)
  return [summary(trace), ...lines].join('\n')
}

function summary(trace: TraceTree): string {
  const parts = [
    `trace ${trace.traceId}`,
    plural(trace.rows.length, 'span'),
    plural(trace.services.length, 'service'),
    formatMs(trace.durationMs),
  ]
  if (trace.errorCount > 0) parts.push(plural(trace.errorCount, 'error'))
  if (trace.duplicateCount > 0) parts.push(`${plural(trace.duplicateCount, 'span')} delivered twice`)
  return parts.join(' · ')
}

/** The line drawing before each name. Rows come depth first, so whether a branch goes on is known from the rows above. */
function withBranches(rows: readonly TraceRow[]): { readonly row: TraceRow; readonly branch: string }[] {
  const goesOn: boolean[] = []
  return rows.map((row) => {
    const depth = Math.min(row.depth, MAX_DEPTH)
    const trunk = goesOn.slice(1, depth).map((more) => (more ? '│  ' : '   '))
    goesOn[depth] = !row.isLastChild
    if (depth === 0) return { row, branch: '' }
    const deeper = row.depth > MAX_DEPTH ? `(+${row.depth - MAX_DEPTH}) ` : ''
    return { row, branch: `${trunk.join('')}${row.isLastChild ? '└─ ' : '├─ '}${deeper}` }
  })
}

function remarks(row: TraceRow): string {
  const parts: string[] = []
  if (row.status === 'error') parts.push(`ERROR ${printable(row.span.status.message, MAX_MESSAGE)}`.trimEnd())
  if (row.status === 'ok') parts.push('ok')
  if (row.parent === 'remote') parts.push('(called from outside)')
  if (row.parent === 'lost') parts.push(`(parent ${row.span.parentSpanId} has not arrived)`)
  return parts.join(' ')
}

/** Milliseconds with the digits that a span needs: `320µs`, `1.25ms`, `41.2ms`, `3.07s`. */
export function formatMs(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)}µs`
  if (ms < 10) return `${ms.toFixed(2)}ms`
  if (ms < 1000) return `${ms.toFixed(1)}ms`
  return `${(ms / 1000).toFixed(2)}s`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
