import { minutes, originOf } from '../measured-on.ts'
import { type JsonRow, type Measurement, toJsonRows } from './results.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'
import * as settings from './settings.ts'
import { describeScale } from './table.ts'
import { VARIANTS } from './variants.ts'

/** docs/benchmarks/loss.md: everything on it is from the measurement or from what was measured with. */
export function toPage(measurement: Measurement): string {
  const rows = toJsonRows(measurement.cells)
  return [
    '# Loss of telemetry',
    introduction(measurement),
    '## In short',
    summary(rows),
    ...SCENARIOS.flatMap((scenario) => section(scenario, rows)),
    '## Who takes part',
    participants(measurement),
    ...troublesOf(measurement),
    '## How it is measured',
    METHOD(measurement.parallel),
    '## What it does not show',
    LIMITS,
    '## Run it',
    RUN_IT,
    '',
  ].join('\n\n')
}

function introduction(measurement: Measurement): string {
  return `Which spans never arrive, and of which of them nobody is told: Seaworthy beside the stock SDK of OpenTelemetry, the same
work, the same collector with the same faults, in one invocation. Written by \`npm run bench:loss -- --page\` from
${originOf(measurement)}, ${measurement.parallel} services at a time, ${minutes(measurement.tookMs)}.`
}

function summary(rows: readonly JsonRow[]): string {
  const names = VARIANTS.map(({ name }) => name).filter((name) => rows.some(({ variant }) => variant === name))
  const scenarios = SCENARIOS.filter(({ id }) => rows.some(({ scenario }) => scenario === id))
  return [
    'Spans lost silently, of all that were created: not delivered, and counted as dropped by nobody.',
    '',
    `| | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---|').join('')}`,
    ...scenarios.map(({ id, title }) => {
      const cells = names.map((name) => {
        const row = rows.find(({ scenario, variant }) => scenario === id && variant === name)
        return row === undefined ? '' : `${strong(row.lostSilently)} / ${row.created}`
      })
      return `| ${title} | ${cells.join(' | ')} |`
    }),
  ].join('\n')
}

function section({ id, title, what, windowMs = 0 }: Scenario, rows: readonly JsonRow[]): readonly string[] {
  const own = rows.filter(({ scenario }) => scenario === id)
  if (own.length === 0) return []
  const window =
    windowMs === 0 ? '' : ` The column "last ${windowMs} ms" says how many of the spans were created so late.`
  const scale = describeScale(own[0]?.scale ?? 1)
  const head = `| variant | runs | created | delivered | twice | dropped, counted | lost silently |${windowMs === 0 ? '' : ` last ${windowMs} ms |`} exit codes | shutdown ms |`
  return [
    `## ${title}`,
    `${what}${window}${scale === '' ? '' : ` Measured with all times × ${own[0]?.scale}.`}`,
    [
      head,
      head.replaceAll(/[^|]+/g, '---'),
      ...own.map((row) => {
        const late = windowMs === 0 ? '' : ` ${row.createdInWindow} |`
        const killed = row.killed > 0 ? ` (${row.killed} killed)` : ''
        return `| ${row.variant} | ${row.runs} | ${row.created} | ${row.delivered} | ${row.duplicates} | ${row.droppedCounted} | ${strong(row.lostSilently)} |${late} ${row.exitCodes.join(', ')}${killed} | ${row.shutdownMs} |`
      }),
    ].join('\n'),
  ]
}

function strong(count: number): string {
  return count === 0 ? '0' : `**${count}**`
}

function participants({ versions }: Measurement): string {
  return [
    '| variant | set up |',
    '|---|---|',
    ...VARIANTS.map(({ name, setup, protocol }) => `| ${name} | ${setup}, \`${protocol}\` |`),
    '',
    `The stock SDK is ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}. Nothing is set but the endpoint, the protocol and the name; metrics and logs are off in both.`,
  ].join('\n')
}

function troublesOf({ troubles }: Measurement): readonly string[] {
  return troubles.length === 0 ? [] : [`Trials that could not be done: ${troubles.join('; ')}.`]
}

function METHOD(parallel: number): string {
  return `- The service is a process that creates spans at a steady rate (${settings.RATE_PER_S} a second where nothing else is said) and tells on a
  pipe every ${settings.SAID_EVERY_MS} ms how many there are, so that what it created is known also after SIGKILL, but for the last ${settings.SAID_EVERY_MS} ms. The work stops at SIGTERM.
- The collector is Seaworthy's own receiver with its [faults](../guide/testing.md#a-collector-that-fails), in the process of the benchmark. It is healthy for the first
  ${settings.HEALTHY_MS / 1000} s. **delivered** are different spans; what came again is **twice**, and no loss.
- A trial counts only if the service worked until its end and the fault was at work: met by somebody where that can be counted,
  and no span arrived during it unless it lets some pass; a disk that should be full is looked at. Otherwise it is a trial that could not be done.
- When the process has ended and something is missing, a second one begins, idle, with the same directory for its spool:
  what the first left on disk has its chance. It is waited for ${settings.REPLAY_LIMIT_MS / 1000} s at most. This is done for every variant.
- **dropped, counted** is what the service itself says it gave up: in ours, the line of the shutdown report, which may have ${settings.OWN_SPANS} spans more: those of its own start and end. The stock SDK has no such
  account. **lost silently** is created less delivered less dropped.
- **shutdown ms** is from the signal (or the call, or the exception) to the end of the process, the longest of the runs. SIGKILL follows SIGTERM after
  ${settings.STOP_LIMIT_MS / 1000} s.
- A disk that is full is a file system of ${settings.FULL_DISK_KIB} KiB, in a mount namespace of the process; where a
  process may not have that, its files end after 512 bytes.
- ${parallel} trials at a time: their processes mostly wait. Take lost and delivered as they are, and shutdown times with some tolerance.`
}

const LIMITS = `- One machine. A power cut, and a disk that lies, are not tried: what is on disk is in the page cache of the system.
- Traces only; metrics and logs take the same way.
- Spans are created by a timer and not by requests: nothing else competes for the event loop.`

const RUN_IT = `\`\`\`sh
npm run bench:loss                        # everything; stores bench/loss/results/latest.json
npm run bench:loss -- --page              # writes this page from it
npm run bench:loss -- --quick             # shorter times, in a minute
npm run --silent bench:loss -- --quick --json
npm run bench:loss -- --scenario sigkill,exit --only "seaworthy http" --runs 5
npm run bench:loss -- --help
\`\`\`

\`--json\` prints one array on standard output and nothing else there:
\`[{ scenario, variant, created, delivered, droppedCounted, lostSilently, shutdownMs, duplicates, createdInWindow, exitCodes, killed, runs, scale }]\`.
\`scale\` is the factor on the times of a quick run, \`createdInWindow\` how many spans were created in the last ${settings.KILL_WINDOW_MS} ms.`
