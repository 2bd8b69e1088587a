import { markdownTable } from '../../scripts/markdown-table.ts'
import { minutes, originOf } from '../measured-on.ts'
import { MOMENTS } from './moments.ts'
import { type JsonRow, type Measurement, toRows } from './rows.ts'
import * as settings from './settings.ts'
import { VARIANTS } from './variants.ts'

/** docs/benchmarks/export-pauses.md: everything on it is from the measurement or from what was measured with. */
export function toPage(measurement: Measurement): string {
  const rows = toRows(measurement.samples)
  return [
    '# Pauses by export',
    `How long the event loop works without a break because telemetry is exported: Seaworthy beside the stock SDK of OpenTelemetry and
the same work with no telemetry at all, in one invocation. Written by \`npm run bench:pauses -- --page\` from
${originOf(measurement)}, ${minutes(measurement.tookMs)}.`,
    '## In short',
    'Turns of the loop of more than 2 ms, and the longest.',
    summary(rows),
    ...MOMENTS.flatMap(({ id, title, what }) => {
      const own = rows.filter(({ moment }) => moment === id)
      return own.length === 0 ? [] : [`## ${title}`, what, toTable(own)]
    }),
    ...(measurement.troubles.length === 0 ? [] : [`Could not be measured: ${measurement.troubles.join('; ')}.`]),
    '## How it is measured',
    METHOD,
    ...(measurement.isPinned ? [] : ['**Processes were not tied to processors**: there is no `taskset`, or only one.']),
    '## Run it',
    RUN_IT,
    '',
  ].join('\n\n')
}

function summary(rows: readonly JsonRow[]): string {
  const variants = VARIANTS.filter(({ name }) => rows.some(({ variant }) => variant === name))
  return markdownTable(
    ['', ...variants.map(({ name }) => name)],
    MOMENTS.map(({ id, title }) => [
      title,
      ...variants.map(({ name }) => {
        const row = rows.find(({ moment, variant }) => moment === id && variant === name)
        return row === undefined ? '' : `${strong(row.over2Ms)}, ${row.longestMs.toFixed(1)} ms`
      }),
    ]),
  )
}

/** Rows of one moment. */
function toTable(rows: readonly JsonRow[]): string {
  const head = ['variant', ...settings.LIMITS_MS.map((ms) => `> ${ms} ms`)]
  return markdownTable(
    [...head, 'longest ms', 'of it garbage collection', 'full collections', 'turns', 'arrived'],
    rows.map((row) => [
      row.variant,
      ...[row.over1Ms, row.over2Ms, row.over5Ms, row.over10Ms].map(String),
      row.longestMs.toFixed(2),
      row.longestGcMs.toFixed(2),
      ...[row.majorCollections, row.turns, row.arrived].map(String),
    ]),
  )
}

/** All of it as text for a terminal. */
export function toText(rows: readonly JsonRow[]): string {
  return rows
    .map(
      ({ moment, variant, over1Ms, over2Ms, over5Ms, over10Ms, longestMs, longestGcMs, turns, arrived }) =>
        `${moment.padEnd(14)} ${variant.padEnd(20)} > 1, 2, 5, 10 ms: ${[over1Ms, over2Ms, over5Ms, over10Ms].join(', ')} of ${turns} turns, longest ${longestMs} ms (garbage ${longestGcMs}), ${arrived} arrived`,
    )
    .join('\n')
}

function strong(count: number): string {
  return count === 0 ? '0' : `**${count}**`
}

const METHOD = `- The loop is never idle: each of its turns does ${settings.TURN_US} µs of work, and the spans that are due are created in it, ${settings.SPANS_PER_S} a
  second of ten attributes each. Where metrics are exported there are ${settings.SERIES} series, half of them counters and half histograms, one of which is
  recorded in each turn, and no spans.
- A turn is told by the **processor time of the loop's thread**, so that nothing else on the machine is in it. Between two turns lies all that
  telemetry does on the loop: sealing, sending, retries, timers, answers; and the collection of garbage, of whoever's. "Of it garbage
  collection" is its share of the longest turn.
- The collector is Seaworthy's own receiver, with its [faults](../guide/testing.md#a-collector-that-fails), in a process and on a processor of its
  own. **arrived** shows that export was at work: spans or metric points that it took in the moment, or series in the last answer to a scrape; the
  least of the rounds.
- Fresh processes for each variant and group of moments, ${settings.ROUNDS} rounds in turn, ${settings.WARM_UP_MS / 1000} s of warm-up. Adoption has no warm-up, and so the
  compilation of code in it, as has bare. The stock SDK keeps nothing on disk, and has nothing to adopt.`

const RUN_IT = `\`\`\`sh
npm run bench:pauses                      # everything, about 8 minutes; stores bench/export-pauses/results/latest.json
npm run bench:pauses -- --page            # writes this page from it
npm run bench:pauses -- --quick --check   # shorter times and three variants, under two minutes
npm run --silent bench:pauses -- --quick --json
\`\`\`

\`--json\` prints one array on standard output and nothing else there:
\`[{ moment, variant, turns, over1Ms, over2Ms, over5Ms, over10Ms, longestMs, longestGcMs, majorCollections, arrived, rounds }]\`.
\`--check\` fails when export was not at work in a moment, when ours worked for more than 10 ms without a break more often than bare, or
when 8 s after the first delivery more than a second's spans of an outage have not arrived.`
