import { markdownTable } from '../../scripts/markdown-table.ts'
import { minutes, originOf } from '../measured-on.ts'
import { type Measurement, type PortFigures, type ProbeFigures, type Row, toRows } from './rows.ts'
import * as settings from './settings.ts'
import { VARIANTS } from './variants.ts'

/** docs/benchmarks/shedding.md: everything on it is from the result. */
export function toPage(measurement: Measurement): string {
  const rows = toRows(measurement.samples)
  return `${[
    '# Load shedding',
    `What is left of a service while ${settings.FACTOR} times of what it can do comes: Seaworthy without and with \`shedding: true\`, and the
package that people use, in one invocation. Written by \`npm run bench:shedding -- --page\` from ${originOf(measurement)}, ${minutes(measurement.tookMs)}.`,
    '## The requests',
    `Each takes ${settings.WORK_MS} ms of the processor without a break, so that one thread can do ${settings.CAPACITY} of them a second and no more. For ${settings.OVERLOAD_MS / 1000} s
${settings.FACTOR * settings.CAPACITY} a second come, whatever becomes of those before. A client gives up after ${settings.PATIENCE_MS / 1000} s. Then ${settings.CAPACITY / 2} a second come for ${settings.AFTER_MS / 1000} s: the last
column.`,
    requestTable(rows),
    '## A connection for each request',
    `The same ${settings.FACTOR} times of what can be done, from clients that keep no connection. Node accepts one of them in each turn of its event loop; the
others wait in the kernel, where a timer sees nothing of them.`,
    freshTable(rows),
    '## The probes meanwhile',
    `Each kind once a second, over a connection of its own, failed when it is not answered with 200 within a second. Ours are asked for at the
port of the requests, where they wait for the same event loop, and at the admin port, where they don't.`,
    probeTable(rows),
    '## The set-ups',
    markdownTable(
      ['variant', 'set-up'],
      VARIANTS.map(({ name, setup }) => [name, setup]),
    ),
    '## How it is measured',
    `Each variant in a fresh process, ${settings.ROUNDS} rounds in turn, once with one processor for the service and once with all; figures are the middle
ones of the rounds, probes those of all rounds together. ${settings.CONNECTIONS} keep-alive connections stand before the load begins, as those of a proxy do; a client that gives up closes its own and opens another
one. Times are those of this machine, which also makes the load.`,
    RUN_IT,
  ].join('\n\n')}\n`
}

/** The same for a terminal. */
export function toText(rows: readonly Row[]): string {
  return rows
    .map((row) => {
      const { variant, processors, goodput, refused, gaveUp, broken, servedAfter, fresh, listener, admin } = row
      const own = admin === undefined ? '' : `, at the admin port ${yes(admin.live)}`
      const each = fresh === undefined ? '' : `, connection each: in time ${percent(fresh.goodput)}`
      return `${variant.padEnd(34)} ${processors.padEnd(4)} in time ${percent(goodput)}, refused ${percent(refused)}, gave up ${percent(gaveUp)}, broken ${broken}, ${times(row)}, then ${percent(servedAfter)}${each}, lives ${yes(listener.live)}${own}`
    })
    .join('\n')
}

function requestTable(rows: readonly Row[]): string {
  return markdownTable(
    [
      'variant',
      'processors',
      'served in time, of what can be done',
      'refused, of all',
      'gave up',
      'p50 / p99',
      'then served',
    ],
    rows.map((row) => [
      row.variant,
      row.processors,
      percent(row.goodput),
      percent(row.refused),
      row.broken === 0 ? percent(row.gaveUp) : `${percent(row.gaveUp)}, **${row.broken} broken off**`,
      times(row),
      percent(row.servedAfter),
    ]),
  )
}

function freshTable(rows: readonly Row[]): string {
  return markdownTable(
    ['variant', 'processors', 'served in time, of what can be done', 'refused, of all', 'gave up'],
    rows.flatMap(({ variant, processors, fresh }) =>
      fresh === undefined
        ? []
        : [[variant, processors, percent(fresh.goodput), percent(fresh.refused), percent(fresh.gaveUp)]],
    ),
  )
}

function probeTable(rows: readonly Row[]): string {
  return markdownTable(
    ['variant', 'processors', 'asked at', 'lives', 'longest ms', 'ready', 'longest ms'],
    rows.flatMap(({ variant, processors, listener, admin }) => {
      const line = (place: string, { live, ready }: PortFigures): readonly string[] => [
        variant,
        processors,
        place,
        shown(live),
        String(live.longestMs),
        shown(ready),
        String(ready.longestMs),
      ]
      return [line('the same port', listener), ...(admin === undefined ? [] : [line('admin port', admin)])]
    }),
  )
}

function shown(figures: ProbeFigures): string {
  return figures.healthy === figures.asked ? yes(figures) : `**${yes(figures)}**`
}

function yes({ healthy, asked }: ProbeFigures): string {
  return `${healthy} of ${asked}`
}

function times({ p50Ms, p99Ms }: Row): string {
  return p50Ms === null || p99Ms === null ? '–' : `${p50Ms} / ${p99Ms} ms`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

const RUN_IT = `\`\`\`sh
npm run bench:shedding                      # everything, about 18 minutes; stores bench/shedding/results/latest.json
npm run bench:shedding -- --page            # writes this page from it
npm run bench:shedding -- --quick --check   # ours without and with it, shorter times, under a minute
npm run --silent bench:shedding -- --quick --json
\`\`\`

\`--json\` prints one array of rows on standard output and nothing else there. \`--check\` fails when ours refuses nothing, breaks a request off,
refuses without \`Retry-After\`, refuses a probe or says that it does not live, begins more than once by its log, or serves no more in time than
without shedding; and without \`--quick\` when it serves less than three quarters of what can be done, or anything less than all afterwards.`
