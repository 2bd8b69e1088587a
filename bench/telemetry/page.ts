import { markdownTable } from '../../scripts/markdown-table.ts'
import { minutes, originOf } from '../measured-on.ts'
import { quantile } from '../statistics.ts'
import { majorOf, PROFILES_FOLDER, profileFileOf } from './kept-profiles.ts'
import type { MomentCell } from './moments.ts'
import { REASONS } from './reasons.ts'
import type { Measurement, NodeMeasurement } from './results.ts'
import { type Row, toRows } from './rows.ts'
import * as settings from './settings.ts'
import { type Target, targetsOf } from './targets.ts'
import { BARE, VARIANTS } from './variants.ts'

/** docs/benchmarks/telemetry.md: everything on it is from the measurement or from what was measured with. */
export function toPage(measurement: Measurement): string {
  const [own, ...others] = measurement.nodes
  if (own === undefined) throw new Error('The measurement has nothing in it')
  return [
    '# Cost of telemetry',
    introduction(measurement),
    '## In short',
    targets(own, measurement),
    ...others.flatMap((other) => [targets(other, measurement)]),
    `## Requests, Node ${own.node}`,
    `${CONNECTIONS_TEXT} The ratios are to the same service with nothing that observes it, in the same round: to bare \`node:http\`, and with
the same logging where there is logging, and to bare Fastify in Fastify.`,
    tourTable(own),
    ...others.flatMap((other) => [`## Requests, Node ${other.node}`, tourTable(other)]),
    ...measurement.nodes.flatMap(inProcessSection),
    ...measurement.nodes.flatMap(pausesSection),
    ...measurement.nodes.flatMap(startsSection),
    ...spansSection(own),
    '## Who takes part',
    participants(measurement),
    ...(measurement.troubles.length === 0 ? [] : [`Could not be measured: ${measurement.troubles.join('; ')}.`]),
    '## How it is measured',
    method(measurement),
    '## What it does not show',
    LIMITS,
    '## Run it',
    RUN_IT,
    '',
  ].join('\n\n')
}

const CONNECTIONS_TEXT = `${settings.CONNECTIONS} kept-alive connections, each sends its next \`GET /orders/7\` when it has its answer of 86 bytes of JSON. No
\`traceparent\` is sent: every request begins a trace.`

function introduction(measurement: Measurement): string {
  const node = measurement.nodes.map((one) => one.node).join(' and ')
  return `What telemetry costs a service: Seaworthy beside the SDK of OpenTelemetry and the agents that people use, the same
work, in one invocation. Written by \`npm run bench:telemetry -- --page\` from
${originOf({ ...measurement, node })}, ${minutes(measurement.tookMs)}.
Times are those of this machine; ratios, and how far their quartiles are apart, are what can be compared.`
}

function targets(own: NodeMeasurement, { profiles }: Measurement): string {
  const all = targetsOf(own)
  const missed = all.filter(({ isMet }) => !isMet).length
  return [
    `What the engine was built for, on Node ${own.node}: ${all.length - missed} of ${all.length} targets are met.`,
    '',
    markdownTable(
      ['', 'target', 'measured', '', 'why not'],
      all.map((target) => [
        target.what,
        target.target,
        target.measured,
        target.isMet ? 'met' : '**missed**',
        target.isMet ? '' : whyNot(target, own.node, profiles),
      ]),
    ),
  ].join('\n')
}

function whyNot(target: Target, node: string, profiles: readonly string[]): string {
  const reason = REASONS[`${majorOf(node)} ${target.id}`] ?? REASONS[target.id] ?? 'Not explained yet.'
  const file = profileFileOf(target, node)
  return profiles.includes(file) ? `${reason} Profile: \`${PROFILES_FOLDER}/${file}\`` : reason
}

function tourTable({ tour }: NodeMeasurement): string {
  const rows = toRows(tour)
  // Those that others are compared with take part in several legs of the tour.
  const rounds = Math.max(0, ...rows.filter(({ variant }) => variant.family !== 'none').map((row) => row.rounds))
  return [
    `Medians of ${rounds} rounds; in brackets the quartiles.`,
    '',
    '| variant | throughput ratio | CPU µs per request | added µs | p50 ms | p99 ms | p99 ratio | RSS MiB | spans / requests | lost, counted | requests/s | busy |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(tourRow),
  ].join('\n')
}

function tourRow(row: Row): string {
  const { variant, throughput, cpuAddedUs } = row
  const cells = [
    variant.name,
    `**${throughput.median.toFixed(2)}** [${throughput.q25.toFixed(2)} … ${throughput.q75.toFixed(2)}]`,
    row.cpuUs.toFixed(1),
    `${cpuAddedUs.median.toFixed(1)} [${cpuAddedUs.q25.toFixed(1)} … ${cpuAddedUs.q75.toFixed(1)}]`,
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
    row.p99Ratio.toFixed(2),
    row.rssMiB.toFixed(0),
    variant.samplingRatio === 0 && row.spans === 0 ? '' : `${row.spans} / ${row.answered}`,
    row.countedLost === null ? '' : String(row.countedLost),
    String(Math.round(row.perS)),
    `${Math.round(row.busy * 100)} %`,
  ]
  return `| ${cells.join(' | ')} |`
}

function inProcessSection({ node, inProcess }: NodeMeasurement): readonly string[] {
  const base = inProcess.find(({ variant }) => variant === BARE)
  if (base === undefined) return []
  const of = ({ samples }: (typeof inProcess)[number], share: number): number =>
    quantile(
      samples.map(({ cpuUs }) => cpuUs),
      share,
    )
  return [
    `## Without a kernel, Node ${node}`,
    `A real \`http.Server\` whose connections end in the same process: ${settings.IN_PROCESS_REQUESTS} requests at a time, ${settings.IN_PROCESS_ROUNDS} rounds in turn. What is
sent to the collector is sent for real, and counted.`,
    [
      '| variant | CPU µs per request, median (min) | added, of the medians | added, of the minima |',
      '|---|---|---|---|',
      ...inProcess.map((cell) => {
        const added = (share: number): string => (cell === base ? '' : (of(cell, share) - of(base, share)).toFixed(2))
        return `| ${cell.variant} | ${of(cell, 0.5).toFixed(2)} (${of(cell, 0).toFixed(2)}) | ${added(0.5)} | ${added(0)} |`
      }),
    ].join('\n'),
  ]
}

function pausesSection({ node, pauses }: NodeMeasurement): readonly string[] {
  if (pauses.length === 0) return []
  return [
    `## The event loop while telemetry is exported, Node ${node}`,
    `${settings.STEADY_PER_S} requests a second at equal distances, for ${settings.STEADY_MS / 1000} s, ${settings.STEADY_ROUNDS} times, so that the loop is free most of the time and a pause is one.
**Work** is what the thread of the loop did without a break, by its processor time, garbage collection included; **delay** is how late a timer was, for which
other processes on the machine are a reason, too.`,
    [
      '| variant | work over 2 ms, times | longest work ms | delay over 2 ms, times | longest delay ms | delay p99 ms | p99 of the answers ms |',
      '|---|---|---|---|---|---|---|',
      ...pauses.map((cell) => {
        const of = pickFrom(cell)
        const sum = (pick: 'pauses' | 'workPauses'): number =>
          cell.samples.reduce((total, sample) => total + sample[pick], 0)
        const longest = (pick: 'maxMs' | 'workMaxMs'): string =>
          Math.max(...cell.samples.map((sample) => sample[pick])).toFixed(1)
        return `| ${cell.variant} | ${sum('workPauses')} | ${longest('workMaxMs')} | ${sum('pauses')} | ${longest('maxMs')} | ${of(({ p99Ms }) => p99Ms)} | ${of(({ p99LatencyMs }) => p99LatencyMs)} |`
      }),
    ].join('\n'),
  ]
}

function startsSection({ node, starts }: NodeMeasurement): readonly string[] {
  if (starts.length === 0) return []
  return [
    `## Start-up, Node ${node}`,
    `From the spawn to the first answer, in fresh processes, ${settings.STARTS} times in turn.`,
    [
      '| variant | ms, median (min) | CPU ms | RSS MiB at the first answer |',
      '|---|---|---|---|',
      ...starts.map((cell) => {
        const of = pickFrom(cell)
        const min = Math.min(...cell.samples.map(({ ms }) => ms))
        return `| ${cell.variant} | ${of(({ ms }) => ms)} (${min.toFixed(0)}) | ${of(({ cpuMs }) => cpuMs)} | ${of(({ rssMiB }) => rssMiB)} |`
      }),
    ].join('\n'),
  ]
}

function spansSection({ spans }: NodeMeasurement): readonly string[] {
  if (spans.length === 0) return []
  return [
    '## Spans from end to end',
    `${settings.SPANS_PER_S} spans a second of ten attributes each for ${settings.SPANS_MS / 1000} s from the tracer, until the collector has them. The processor time is that of the whole
process, its timer included.`,
    [
      '| variant | created | delivered | CPU µs per span delivered | spans per second of one processor |',
      '|---|---|---|---|---|',
      ...spans.map((cell) => {
        const sum = (pick: 'created' | 'delivered'): number =>
          cell.samples.reduce((total, sample) => total + sample[pick], 0)
        const cpuUs = quantile(
          cell.samples.map((sample) => sample.cpuUs),
          0.5,
        )
        return `| ${cell.variant} | ${sum('created')} | ${sum('delivered')} | ${cpuUs.toFixed(1)} | ${Math.round(1e6 / cpuUs)} |`
      }),
    ].join('\n'),
  ]
}

function pickFrom<T>({ samples }: MomentCell<T>): (pick: (sample: T) => number) => string {
  return (pick) => quantile(samples.map(pick), 0.5).toFixed(1)
}

function participants({ versions, nodes }: Measurement): string {
  const measured = new Set(nodes.flatMap(({ tour }) => tour.map(({ variant }) => variant)))
  return [
    '| variant | set up |',
    '|---|---|',
    ...VARIANTS.filter(({ name }) => measured.has(name)).map(({ name, setup }) => `| ${name} | ${setup} |`),
    '',
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n')
}

function method({ isPinned, loadLimitPerS }: Measurement): string {
  return `- Ours is the built package. Variants are measured in groups: a service without telemetry and two that are compared with it, alive together, one of
  them ours where there is one. Each round gives each of them ${settings.SLICE_MS / 1000} s of load, alone, in a changing order, after ${settings.WARM_UP_MS / 1000} s of warm-up and, each time, ${settings.LEAD_IN_MS / 1000} s of
  load that is not measured. So what the machine does besides falls on all alike, and nobody waits long for a turn: V8 takes memory back
  from a process that waits, and some systems do after a minute.
- ${isPinned ? 'The service has one processor for itself; the load and the collector share another.' : '**Processes were not tied to processors**: there is no `taskset`, or only one processor.'}
- **CPU µs per request** is the processor time of the whole process, in the kernel too and with all its threads, from before the first
  request until ${settings.SETTLE_MS} ms after the last answer, by the number of answers: the steadiest figure here. **Throughput** is requests per second of
  processor time under load, so that a machine with other work to do, or a load that is not fast enough, distorts it least; requests a second as they came, and
  how busy the processor of the service was, are in the last columns. **added** is over the base in the same round.
- The load is a raw client in a process of its own. It can send ${loadLimitPerS} requests a second to a server that does nothing.
- The collector takes everything and says yes. It counts spans between the rounds; agents that speak another protocol are counted by their
  transactions. **lost, counted** is what our own account says; nobody else keeps one.
- **RSS MiB** of requests is that at the end of all rounds, before the last flush; that of a start is at its first answer.
- A target that is missed has a profile of ours and of what it is compared with, kept as text.
- Metrics, where they are on, are exported every ${settings.METRIC_INTERVAL_MS / 1000} s.`
}

const LIMITS = `- One machine, loopback, a handler that does next to nothing: in a service that works for its answer, all of this is a smaller share.
- Latencies are those at saturation. Closed loop: a slower service gets fewer requests.
- The agents of Datadog, Sentry and Elastic do other things as well; their figures are of the set-up in the table, not of the products.
  That of Datadog hands every trace to its agent, marked as kept or not, and so has all of them also at 10 %.`

const RUN_IT = `\`\`\`sh
npm run bench:telemetry                   # everything, about 25 minutes; stores bench/telemetry/results/latest.json
npm run bench:telemetry -- --page         # writes this page from it, and from bench/telemetry/reasons.ts
npm run --silent bench:telemetry -- --quick --json
npm run bench:telemetry -- --profile "seaworthy http 10 %" --kind load
npm run bench:telemetry -- --only "bare node:http,seaworthy http 100 %" --parts tour,in-process
npm run bench:telemetry -- --help
\`\`\`

The first run installs the peers in \`bench/telemetry\`. \`--json\` prints one array on standard output and nothing else there:
\`[{ variant, samplingRatio, throughputRatio, cpuAddedUs, p99Ratio, rssMiB }]\`.`
