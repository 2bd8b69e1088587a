import { OWN_EVENTS, OWN_METRICS } from '../../docs/telemetry-names.ts'
import { markdownTable } from '../markdown-table.ts'
import { defineReferencePage } from '../reference-page.ts'

function code(names: readonly string[]): string {
  return names.map((name) => (name.includes(' ') && !name.includes('`') ? name : `\`${name}\``)).join(', ')
}

function byName<T>(all: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function page(guide: string): string {
  return `[${guide}](../guide/${guide}.md)`
}

export default defineReferencePage({
  id: 'telemetry-names',
  path: 'docs/reference/telemetry-names.md',
  render() {
    const events = byName(OWN_EVENTS).map(([name, { level, fields, when, guide }]) => [
      `\`${name}\``,
      level,
      when,
      code(fields),
      page(guide),
    ])
    const metrics = byName(OWN_METRICS).map(([name, { instrument, unit, attributes, meaning, guide }]) => [
      `\`${name}\``,
      unit === '' ? instrument : `${instrument}, \`${unit}\``,
      code(attributes),
      meaning,
      page(guide),
    ])
    return `# Events and metrics

Names that alerts and dashboards are built on: public, and changed only as the version says.

## Events

An event is a line of the log with a field \`event\`, told once for each change, however long it lasts.

${markdownTable(['event', 'level', 'when', 'fields', 'guide'], events)}

## Metrics

Those of Seaworthy's own. All others have the names of the
[semantic conventions](https://opentelemetry.io/docs/specs/semconv/), as [the guide](../guide/telemetry.md) says. At
\`/metrics\` dots are underscores, counters end in \`_total\`, and units are part of the name.

${markdownTable(['metric', 'instrument', 'attributes', 'what it says', 'guide'], metrics)}`
  },
})
