import { markdownTable } from '../../scripts/markdown-table.ts'
import { type MeasuredOn, originOf } from '../measured-on.ts'
import { type Sample, type SoakResult, SPOOL_MAX_BYTES } from './soak.ts'
import { FLAT_PER_MINUTE, isBalanced, type Verdict } from './verdict.ts'

export interface StoredSoak extends SoakResult, MeasuredOn {
  readonly verdict: Verdict
}

const MIB = 1024 * 1024
const SHOWN_SAMPLES = 12

/** docs/benchmarks/soak.md: everything on it is from the result. */
export function toPage(stored: StoredSoak): string {
  const { seconds, requests, samples, orders, accounts, outages, verdict } = stored
  const spans = accounts.traces.created
  return [
    '# Soak',
    `A service under full load for ${Math.round(seconds / 6) / 10} minutes, with everything on and every request sampled, while the collector
fails now and then: whether memory stays flat, and whether telemetry is lost. Written by \`npm run soak -- --page\` from
${originOf(stored)}.`,
    '## In short',
    [
      `- ${requests} requests (${rate(requests, seconds)}), ${spans} spans (${rate(spans, seconds)}), ${accounts.logs.created} log records, ${outages} outages of the collector.`,
      `- Of ${orders.created} numbered orders, ${orders.created - orders.spans} spans and ${orders.created - orders.logs} log records never arrived. ${verdict.faults.length === 0 ? 'Nothing was lost, and every account balanced whenever it was looked at.' : `**${verdict.faults.join('; ')}.**`}`,
      `- ${verdict.growth.length === 0 ? 'Nothing grew' : `**${verdict.growth.join('; ')}**`}: the table below has how fast everything rose in the second half.`,
      `- The spool took ${verdict.largestSpoolMib.toFixed(1)} MiB at most. The end took ${stored.stopMs} ms.`,
    ].join('\n'),
    '## How fast it rose',
    'In a minute of the second half, and up to where that is called flat; memory in MiB.',
    riseTable(stored),
    '## What the process held',
    'After its garbage was collected; memory in MiB.',
    markdownTable(
      ['seconds', 'orders', 'heap', 'external', 'RSS', 'spool', 'descriptors', 'sockets', 'timers'],
      thinned(samples).map((sample) => [
        String(Math.round(sample.atMs / 1000)),
        String(sample.orders),
        ...[sample.heapUsed, sample.external, sample.rss, sample.spoolBytes].map((bytes) => (bytes / MIB).toFixed(1)),
        ...[sample.descriptors, sample.sockets, sample.timers].map(String),
      ]),
    ),
    '## Where everything went',
    markdownTable(
      ['signal', 'created', 'delivered', 'rejected', 'dropped', 'on disk', 'in memory', 'balances'],
      (['traces', 'metrics', 'logs'] as const).map((signal) => {
        const { created, delivered, rejected, dropped, spooled, pending } = accounts[signal]
        const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
        const balances = isBalanced(accounts[signal]) ? 'yes' : '**no**'
        return [signal, ...[created, delivered, rejected, lost, spooled, pending].map(String), balances]
      }),
    ),
    `Each order arrived once but for ${orders.twice} items that were sent again, because an outage took the answer to the first time.`,
    '## How it is measured',
    METHOD,
    '',
  ].join('\n\n')
}

const METHOD = `The service answers each request after a request to itself, and creates a span of its own, a log line, a count and an
amount: four spans and a log record for each. It runs in a process of its own, all of its telemetry goes over HTTP to a
receiver in the process of the clients, which share the machine with it, and through the spool on disk. Every 8 to 25
seconds the collector refuses, resets, hangs, is slow or answers 503 for 1 to 5 seconds. The spool may take ${SPOOL_MAX_BYTES}: what
this load writes in the 10 s that an attempt may take is about the default of 128 MiB.

Every 10 seconds the service collects its garbage and says what it holds. How fast memory rises is the slope of the line
that fits best (least squares) through the second half; with \`--check\` the soak fails
where that is more than may be called flat. Lost telemetry, an account that does not balance and a request that is not
answered are failures in any case. With \`--leak 1000\` the service keeps a thousand bytes of each order, and the check fails.

\`\`\`sh
npm run soak                    # 10 minutes; stores bench/soak/results/latest.json
npm run soak -- --minutes 2 --check
npm run soak -- --minutes 2 --check --leak 1000   # has to fail
npm run soak -- --page          # writes this page
npm run --silent soak -- --json
\`\`\``

function riseTable({ verdict }: StoredSoak): string {
  const measures = Object.keys(FLAT_PER_MINUTE) as (keyof typeof FLAT_PER_MINUTE)[]
  const names = { heapUsed: 'heap', external: 'outside of the heap', rss: 'RSS' } as Readonly<Record<string, string>>
  return markdownTable(
    ['', 'rose by', 'flat up to'],
    measures.map((measure) => [
      names[measure] ?? measure,
      verdict.rise[measure].toFixed(2),
      String(FLAT_PER_MINUTE[measure]),
    ]),
  )
}

function rate(count: number, seconds: number): string {
  return `${Math.round(count / Math.max(1, seconds))} a second`
}

/** The first, the last and some between. */
function thinned(samples: readonly Sample[]): readonly Sample[] {
  const step = Math.max(1, Math.ceil((samples.length - 1) / (SHOWN_SAMPLES - 1)))
  return samples.filter((_sample, index) => index % step === 0 || index === samples.length - 1)
}
