import { markdownTable } from '../../scripts/markdown-table.ts'
import { minutes, originOf } from '../measured-on.ts'
import { type Figures, type Measurement, type Row, toRows } from './rows.ts'
import * as settings from './settings.ts'
import { VARIANTS } from './variants.ts'

/** docs/benchmarks/health.md: everything on it is from the result. */
export function toPage(measurement: Measurement): string {
  const rows = toRows(measurement.samples)
  return `${[
    '# Probes',
    `What a kubelet hears from a service that is busy, from one that hangs, and from one that is asked a thousand times at once: Seaworthy
beside the packages that people use, in one invocation. Written by \`npm run bench:health -- --page\` from ${originOf(measurement)}, ${minutes(measurement.tookMs)}.`,
    '## A busy loop: is it alive?',
    `${settings.CONNECTIONS} connections, each of which always has a request under way that keeps the event loop for ${settings.BUSY_MS} ms, for ${settings.SATURATED_MS / 1000} s. Nothing is wrong
with the service but that it has more to do than it can. A probe that is not answered within ${settings.PROBE_LIMIT_MS / 1000} s has failed, as with Kubernetes'
default; three in a row restart the container.`,
    probeTable(rows, ({ live }) => live),
    '## A busy loop: is it ready?',
    probeTable(rows, ({ ready }) => ready),
    '## A loop that never turns again',
    `A request spins for ever. Ours is told that a loop is stuck after ${settings.STUCK_AFTER_MS / 1000} s (default 10 s).`,
    stuckTable(rows),
    `## ${settings.STORM} probes at the same time`,
    `The service has one check, which takes ${settings.CHECK_MS} ms. The port of Seaworthy's probes holds 256 connections at once, so that nobody uses
up the descriptors of a service by it; what comes beyond them is closed at once, and asks again.`,
    stormTable(rows),
    '## One after the other, with nothing else to do',
    probeTable(rows, ({ calm }) => calm),
    '## The set-ups',
    markdownTable(
      ['variant', 'set-up'],
      VARIANTS.map(({ name, setup }) => [name, setup]),
    ),
    '## How it is measured',
    `Each variant in fresh processes, ${settings.ROUNDS} rounds in turn, once with one processor for the service (another for the probes and the load)
and once with all. Each probe has a connection of its own. Times are those of this machine.`,
    RUN_IT,
  ].join('\n\n')}\n`
}

/** The same for a terminal. */
export function toText(rows: readonly Row[]): string {
  return rows
    .map(
      ({ variant, processors, live, ready, saidNoMs, hasStack, stormRuns, calm, answered }) =>
        `${variant.padEnd(24)} ${processors.padEnd(4)} live ${live.healthy}/${live.asked} p99 ${live.p99Ms} ms, ready ${ready.healthy}/${ready.asked} p99 ${ready.p99Ms} ms, stuck ${saidNoMs ?? 'never'} ms${hasStack ? ' with its stack' : ''}, storm ran ${stormRuns} checks, calm p99 ${calm.p99Ms} ms, load ${answered}`,
    )
    .join('\n')
}

function probeTable(rows: readonly Row[], of: (row: Row) => Figures): string {
  return markdownTable(
    ['variant', 'processors', 'asked', 'yes', 'no', 'no answer', 'p50 ms', 'p99 ms', 'longest ms'],
    rows.map((row) => {
      const { asked, healthy, refused, unanswered, p50Ms, p99Ms, maxMs } = of(row)
      const bad = (count: number): string => (count === 0 ? '0' : `**${count}**`)
      return [
        row.variant,
        row.processors,
        String(asked),
        String(healthy),
        bad(refused),
        bad(unanswered),
        String(p50Ms),
        String(p99Ms),
        String(maxMs),
      ]
    }),
  )
}

function stuckTable(rows: readonly Row[]): string {
  return markdownTable(
    ['variant', 'processors', 'says so after', 'its log has the stack'],
    rows.map(({ variant, processors, saidNoMs, hasStack }) => [
      variant,
      processors,
      saidNoMs === undefined ? 'never: it does not answer' : `${saidNoMs} ms`,
      hasStack ? 'yes' : 'no',
    ]),
  )
}

function stormTable(rows: readonly Row[]): string {
  return markdownTable(
    ['variant', 'processors', 'the check ran', 'answered with yes'],
    rows.map(({ variant, processors, stormRuns, stormHealthy }) => [
      variant,
      processors,
      `${stormRuns} times`,
      String(stormHealthy),
    ]),
  )
}

const RUN_IT = `\`\`\`sh
npm run bench:health                      # everything, about 12 minutes; stores bench/health/results/latest.json
npm run bench:health -- --page            # writes this page from it
npm run bench:health -- --quick --check   # ours and by hand, shorter times, about a minute
npm run --silent bench:health -- --quick --json
\`\`\`

\`--json\` prints one array of rows on standard output and nothing else there. \`--check\` fails when ours says of a busy loop that it does
not live, when a stuck loop is not told with its stack, or when a storm of probes runs the check more than once; and without \`--quick\` when a
probe of a busy loop takes 50 ms or more (99 %), or a stuck loop is told more than a second late.`
