import { markup, type Markup } from '../../report/markup.ts'

/** Lines of whoever, for `<pre>`: they stay lines, and nothing in them is markup. */
export function renderLines(lines: readonly string[]): readonly Markup[] {
  return lines.map((line) => markup`${line}\n`)
}
