/**
 * What the ledger of requests costs: processor time per request of node:http with and without it, in one process,
 * interleaved round by round and paired. A second bare server beside the first shows what the method can tell apart.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MACHINE } from '../measured-on.ts'
import { meanWithInterval, type Interval } from './paired-interval.ts'
import type { CpuReading, Ports, ServerName } from './servers.ts'
import { SteadyConnections } from './steady-connections.ts'

const PAGE = fileURLToPath(new URL('../../docs/benchmarks/ledger.md', import.meta.url))
const CONNECTIONS = 16
const WARM_UP_REQUESTS = 20_000
/** Each server comes once at every place of a round over three rounds, so that none has the better one. */
const ORDERS: readonly (readonly ServerName[])[] = [
  ['bare', 'tracked', 'bare again'],
  ['tracked', 'bare again', 'bare'],
  ['bare again', 'bare', 'tracked'],
]

export interface LedgerResult {
  readonly rounds: number
  readonly requestsPerRound: number
  /** Processor time per request of the bare server, in microseconds. */
  readonly bareUs: number
  /** Tracked minus bare, paired by round. */
  readonly ledger: Interval
  /** Bare minus bare: what is no difference at all. */
  readonly control: Interval
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '60' },
    requests: { type: 'string', default: '4000' },
    page: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help === true) {
  process.stdout.write(
    'Usage: npm run bench:ledger -- [--rounds N] [--requests N] [--json | --page]\n' +
      '  --rounds    how often the three servers are measured in turn; default 60\n' +
      '  --requests  requests to each of them in a round; default 4000\n' +
      '  --page      write docs/benchmarks/ledger.md\n',
  )
} else {
  const result = await measureAll(Number(values.rounds), Number(values.requests))
  if (values.page === true) writeFileSync(PAGE, toPage(result))
  process.stdout.write(values.json === true ? `${JSON.stringify(result)}\n` : `${toTable(result)}\n`)
}

async function measureAll(rounds: number, requestsPerRound: number): Promise<LedgerResult> {
  const child = fork(fileURLToPath(new URL('servers.ts', import.meta.url)))
  try {
    const [{ ports }] = (await once(child, 'message')) as [Ports]
    const connections = new Map<ServerName, SteadyConnections>()
    for (const [name, port] of Object.entries(ports) as [ServerName, number][]) {
      connections.set(name, await SteadyConnections.open(port, CONNECTIONS))
    }
    for (const each of connections.values()) await each.send(WARM_UP_REQUESTS)
    const costs = new Map<ServerName, number[]>()
    for (let round = 0; round < rounds; round++) {
      for (const name of ORDERS[round % ORDERS.length] ?? []) {
        const before = await cpuOf(child)
        await connections.get(name)?.send(requestsPerRound)
        const perRequestUs = ((await cpuOf(child)) - before) / requestsPerRound
        costs.set(name, [...(costs.get(name) ?? []), perRequestUs])
      }
    }
    for (const each of connections.values()) each.close()
    const [bare = [], again = [], tracked = []] = [costs.get('bare'), costs.get('bare again'), costs.get('tracked')]
    return {
      rounds,
      requestsPerRound,
      bareUs: meanWithInterval(bare).mean,
      ledger: meanWithInterval(tracked.map((cost, round) => cost - ((bare[round] ?? 0) + (again[round] ?? 0)) / 2)),
      control: meanWithInterval(again.map((cost, round) => cost - (bare[round] ?? 0))),
    }
  } finally {
    child.disconnect()
    await once(child, 'exit')
  }
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ cpuUs }] = (await once(child, 'message')) as [CpuReading]
  return cpuUs
}

function toPage(result: LedgerResult): string {
  return `# The ledger of requests

What it costs to keep account of every request and connection of a \`node:http\` server, which is what a drain is built
on: processor time of the server's process per request, the whole of Node and the kernel included. Three servers in one
process that answer \`hello\` to ${CONNECTIONS} kept-alive connections: two bare, one with its ledger. They are measured in turn, round
by round, and compared within each round. "Nothing" is one bare server beside the other: what the method can't tell
apart. Written by \`npm run bench:ledger -- --page\`; only differences within one run mean something.

${toTable(result)}
`
}

function toTable(result: LedgerResult): string {
  const { rounds, requestsPerRound, bareUs, ledger, control } = result
  const row = (name: string, { mean, low, high }: Interval): string =>
    `| ${name} | ${micros(mean)} | ${micros(low)} to ${micros(high)} | ${((mean / bareUs) * 100).toFixed(1)} % |`
  return [
    `Node ${process.version}, ${MACHINE}, ${rounds} rounds of ${requestsPerRound} requests each; a bare request costs ${micros(bareUs)} µs`,
    '',
    '| compared with a bare server | µs per request | 95 % interval | of a bare request |',
    '|---|---|---|---|',
    row('the ledger', ledger),
    row('nothing', control),
    '',
    verdict(result),
  ].join('\n')
}

function verdict({ ledger, control }: LedgerResult): string {
  if (ledger.low <= Math.max(0, control.high)) return 'The cost of the ledger is below what this run can resolve.'
  return `The ledger costs ${micros(ledger.mean)} µs of processor time per request.`
}

function micros(us: number): string {
  return us.toFixed(2)
}
