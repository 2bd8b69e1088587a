import { minutes, originOf } from '../measured-on.ts'
import type { Measurement } from './results.ts'
import { rowsOf, type Row } from './rows.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import * as settings from './settings.ts'
import { VARIANTS } from './variants.ts'

/** docs/benchmarks/drain.md: everything on it is from the measurement or from what was measured with. */
export function toPage(measurement: Measurement): string {
  return [
    '# Drain',
    introduction(measurement),
    '## In short',
    summary(measurement),
    ...SCENARIOS.flatMap((scenario) => section(measurement, scenario)),
    '## Who takes part',
    participants(measurement),
    ...troublesOf(measurement),
    '## How it is measured',
    method(measurement),
    '## What it does not show',
    limits(measurement),
    '## Run it',
    RUN_IT,
    '',
  ].join('\n\n')
}

function introduction(measurement: Measurement): string {
  const { seed, tookMs, parallel } = measurement
  return `What clients lose while a service is told to stop: Seaworthy beside bare Node and the packages that people use for
it, seen from outside, in one invocation. Written by \`npm run bench:drain -- --page\` from
${originOf(measurement)}, seed ${seed}, ${parallel} services at a time, ${minutes(tookMs)}.`
}

/** Failed requests of each variant, over all scenarios. */
function summary(measurement: Measurement): string {
  const columns = SCENARIOS.flatMap((scenario) =>
    scenario.wireDelaysMs.map((wireDelayMs) => ({
      title: `${scenario.id}, ${wireDelayMs} ms`,
      rows: rowsOf(measurement, scenario.id, wireDelayMs),
    })),
  ).filter(({ rows }) => rows.length > 0)
  const names = VARIANTS.map(({ name }) => name).filter((name) =>
    columns.some(({ rows }) => rows.some(({ variant }) => variant === name)),
  )
  return [
    'Requests that got no complete answer or a 503, of all that were sent; the columns are the sections below. In the last,\nno server of HTTP/1.1 can be at 0.',
    '',
    `| | ${columns.map(({ title }) => title).join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...names.map((name) => {
      const cells = columns.map(({ rows }) => {
        const row = rows.find(({ variant }) => variant === name)
        return row === undefined ? '' : `${lost(row)} / ${row.counts.sent}`
      })
      return `| ${name} | ${cells.join(' | ')} |`
    }),
  ].join('\n')
}

function lost({ counts }: Row): number {
  return counts.failed + counts.status503 + counts.otherServerErrors
}

function section(measurement: Measurement, scenario: Scenario): readonly string[] {
  const parts = scenario.wireDelaysMs.flatMap((wireDelayMs) => {
    const rows = rowsOf(measurement, scenario.id, wireDelayMs)
    return rows.length === 0 ? [] : [table(rows, wireDelayMs)]
  })
  return parts.length === 0 ? [] : [`## ${scenario.title}`, scenario.what, ...parts]
}

function table(rows: readonly Row[], wireDelayMs: number): string {
  const repeated = rows.reduce((total, row) => total + row.repeated, 0)
  const invalid = rows.reduce((total, row) => total + row.invalid, 0)
  const notes = [
    ...(repeated > 0
      ? [
          `${repeated} runs were done again, because their precondition did not hold at first, or the service did not start.`,
        ]
      : []),
    ...(invalid > 0 ? [`In ${invalid} runs the precondition did not hold even then; they are counted.`] : []),
  ]
  return [
    `### ${wireDelayMs === 0 ? 'Without wire delay' : `With ${wireDelayMs} ms of wire each way`}: ${scenarioPrecondition(rows)}`,
    '',
    '| variant | runs | sent | failed | reset | refused | truncated | timeout | 503 | answered after SIGTERM | late refusals | exit codes | stop ms |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => {
      const { counts } = row
      const killed = row.killed > 0 ? ` (${row.killed} killed)` : ''
      return `| ${row.variant} | ${row.runs} | ${counts.sent} | ${strong(counts.failed)} | ${counts.reset} | ${counts.refused} | ${counts.truncated} | ${counts.timeout} | ${strong(counts.status503)} | ${row.answeredAfterSignal} | ${row.lateRefusals} | ${row.exits}${killed} | ${row.stopMs} |`
    }),
    ...(notes.length > 0 ? ['', notes.join(' ')] : []),
  ].join('\n')
}

function strong(count: number): string {
  return count === 0 ? '0' : `**${count}**`
}

function scenarioPrecondition(rows: readonly Row[]): string {
  const range = (key: 'inFlight' | 'idle'): string => {
    const values = rows.flatMap((row) => row[key].split('-').map(Number))
    const least = Math.min(...values)
    const most = Math.max(...values)
    return least === most ? `${least}` : `${least} to ${most}`
  }
  return `${range('inFlight')} in flight and ${range('idle')} idle at SIGTERM`
}

function participants({ versions }: Measurement): string {
  return [
    '| variant | version | set up |',
    '|---|---|---|',
    ...VARIANTS.map(({ name, packageName, isOurs, setup }) => {
      const version = isOurs ? versions['seaworthy'] : packageName === undefined ? 'Node' : versions[packageName]
      return `| ${name} | ${version ?? ''} | ${setup} |`
    }),
    '',
    `All do the same work: \`GET /wait/15\` (in gRPC a method) is answered after 15 ms. Every one is a few lines in
\`bench/drain/services\`, as its own documentation has them, with the page named there.
Who can wait before it stops accepting is measured with that, too: "+ delay" waits ${settings.DRAIN_DELAY_MS} ms, and so does our drain.
Limits that would cut the slow requests by their default are set higher: what is compared is what happens to requests
when there is time.`,
  ].join('\n')
}

function troublesOf({ troubles }: Measurement): readonly string[] {
  if (troubles.length === 0) return []
  const counts = new Map<string, number>()
  for (const trial of troubles) counts.set(trial, (counts.get(trial) ?? 0) + 1)
  const list = [...counts].map(([trial, count]) => (count === 1 ? trial : `${trial} (${count} times)`))
  return [`Runs that could not be done, because the service did not start: ${list.join('; ')}.`]
}

function method({ parallel, cells }: Measurement): string {
  const isWatched = cells.some(({ runs }) => runs.some(({ standstillMs }) => standstillMs !== undefined))
  const standstill = isWatched
    ? ` So is one in which the
  process of the clients got no processor for ${settings.STANDSTILL_LIMIT_MS} ms: a connection that says nothing for so long is anybody's to close.`
    : ''
  return `- Each run is one process: started, warmed up, put to work, sent SIGTERM in the middle of it, waited for. SIGKILL follows
  after ${settings.STOP_LIMIT_MS / 1000} s and would be counted. Round by round every variant has one run in every scenario, in a shuffled order,
  ${parallel} at a time.
- The client is \`src/load\`: sockets and a parser of its own, no retry, no pool that hides a loss. It obeys
  \`Connection: close\`, and after a failure it waits 20 ms before it goes on. The delay of the wire is added in the client to
  data, closes and handshakes alike: on a bare loopback interface a request and a close hardly ever meet; 25 ms is what
  lies between two regions.
- **failed** is every request that counts and got no complete answer: **reset** (the connection stood and ended before a
  byte of the answer, by RST or FIN), **refused**, **truncated**, **timeout** (${settings.REQUEST_TIMEOUT_MS / 1000} s), or no HTTP at all. A **503** is an answer;
  it has a column of its own. Which requests count is said with each scenario.
- On HTTP/2 and gRPC, a stream that the service says it has not processed (REFUSED_STREAM) is refused. One that was never
  put on the wire, because a GOAWAY came first, goes out on a new connection, as every client does it: nothing is sent twice.
- **late refusals** are connections refused when nobody would have sent them there any more. They are no loss.
- **in flight** and **idle** are what the clients see at the moment of SIGTERM. A run in which that is not what the scenario
  asks for, or in which a request failed before SIGTERM, is done again, at most ${settings.MAX_ATTEMPTS} times in all, and that is said.${standstill}
- **exit codes**: 128 plus the number for a process that a signal ended: 143 is SIGTERM, 137 SIGKILL. **stop ms** is the median from
  SIGTERM to the end of the process.
- Our drain delay is ${settings.DRAIN_DELAY_MS} ms here, to keep the runs short; its default is 5 s. Telemetry is off, because nobody receives it.`
}

/** Since when the accept queue is plugged before a close. What was measured earlier has the race in it. */
const PLUGGED_SINCE = '2026-11-22T18:43:36Z'

function limits({ date }: Measurement): string {
  const age =
    Date.parse(date) < Date.parse(PLUGGED_SINCE)
      ? ' The runs above are from before that, when there was still a chance of it.'
      : ''
  return `- The endpoint lag of ${settings.ENDPOINT_LAG_MS} ms is shorter than the delay of ${settings.DRAIN_DELAY_MS} ms. Where it is longer, requests are refused
  whatever the service does; [draining](../guide/drain.md) says how to choose it.
- One machine, a wire that only delays: no loss of packets, no balancer in between.
- Clients that connect anew all the time and never stop (\`until-closed\`) meet the instant at which the listener closes.
  On Linux ours fill the accept queue themselves before the close, so that nobody waits in it who would be
  reset.${age}
  [Draining](../guide/drain.md) says how, what was lost without it, where it can't be done, and what remains. With a load balancer
  that is told in time, nobody is there at that instant.
- Stop times are of a machine that does two things at a time; take the difference of a second for real, and that of 20 ms not.`
}

const RUN_IT = `\`\`\`sh
npm run bench:drain                       # everything, five runs each; stores bench/drain/results/<date>-<commit>.json
npm run bench:drain -- --page             # writes this page from the newest of them
npm run bench:drain -- --quick            # ours and three peers in three scenarios, under a minute
npm run --silent bench:drain -- --quick --json
npm run bench:drain -- --only seaworthy/http,stoppable --scenario until-closed --wire 25 --runs 20
npm run bench:drain -- --help
\`\`\`

The peers have an installation of their own in \`bench/\`, made at the first run. \`--json\` prints one array on standard output
and nothing else there: \`[{ variant, runs, sent, failed, reset, status503, exitCodes, stopMs }]\`, summed over the scenarios of the
invocation. \`runs\` says how many there were: a quick run does one round, and what fits of a second; standard error says what
was not begun. \`exitCodes\` has one for each run, \`stopMs\` is the median; the rest is as above. What is lost is described on standard
error, request by request: when it was sent, when it went out, when the server closed, in milliseconds from SIGTERM.`
