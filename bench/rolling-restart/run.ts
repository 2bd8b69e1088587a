/**
 * Rolling restarts under load: two replicas behind HAProxy, behind nginx and without a balancer, each stopped by SIGTERM
 * and started again in turn, while clients that never retry go on sending. What is asked: does any request fail?
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { explainMissing, findProgram } from '../../scripts/debian-servers.ts'
import { Fleet, type FleetResult } from './fleet.ts'
import { type LagResult, merge, type ReloadResult, type RollingResults, toPage, toTable } from './report.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const RESULTS = `${HERE}results/latest.json`
const PAGE = fileURLToPath(new URL('../../docs/benchmarks/rolling-restart.md', import.meta.url))

const MOST_AT_THE_LIMIT = 30

const HELP = `Usage: npm run bench:rolling -- [options]

Restarts two replicas in turn, under load, and counts the requests that fail.

  --restarts N   rolling restarts for each lag (default 200; each restarts both replicas); 30 at most for a lag
                 that is as long as the drain delay, which only shows the limit
  --lag LIST     seconds from SIGTERM until balancers and clients know, comma separated (default 0,2,5)
  --fleets N     fleets side by side, each with its own replicas and balancers (default 3)
  --drain-delay  what the replicas are given (default 5s, the default of the runtime)
  --seed N       of the clients' pauses (default from the clock; printed)
  --quick        3 restarts, one fleet, lags 0 and 2, a drain delay of 3 s: under a minute
  --json         one JSON object on standard output
  --save         keep the results in bench/rolling-restart/results/latest.json
  --page         write docs/benchmarks/rolling-restart.md from the kept results, without measuring
`

const { values } = parseArgs({
  options: {
    restarts: { type: 'string' },
    lag: { type: 'string' },
    fleets: { type: 'string' },
    'drain-delay': { type: 'string' },
    seed: { type: 'string' },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    save: { type: 'boolean' },
    page: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
})

if (values.help === true) process.stdout.write(HELP)
else if (values.page === true) writeFileSync(PAGE, toPage(JSON.parse(readFileSync(RESULTS, 'utf8')) as RollingResults))
else await main()

async function main(): Promise<void> {
  const missing = explainMissing()
  if (missing !== undefined) throw new Error(missing)
  const isQuick = values.quick === true
  const restarts = Number(values.restarts ?? (isQuick ? 3 : 200))
  const fleets = Number(values.fleets ?? (isQuick ? 1 : 3))
  const lags = (values.lag ?? (isQuick ? '0,2' : '0,2,5')).split(',').map(Number)
  const drainDelay = values['drain-delay'] ?? (isQuick ? '3s' : '5s')
  const seed = Number(values.seed ?? Date.now() % 2 ** 31)
  const results: LagResult[] = []
  const drainDelayS = Number.parseFloat(drainDelay)
  for (const lagS of lags) {
    const count = lagS < drainDelayS ? restarts : Math.min(restarts, MOST_AT_THE_LIMIT)
    results.push(await measure({ lagS, restarts: count, fleets, drainDelay, seed }))
  }
  const reloads = await measureReloads(isQuick ? 5 : 50, seed)
  const all: RollingResults = {
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: HERE }).trim(),
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    haproxy: version('haproxy'),
    nginx: version('nginx'),
    seed,
    drainDelay,
    lags: results,
    reloads,
  }
  if (values.save === true) {
    mkdirSync(`${HERE}results`, { recursive: true })
    writeFileSync(RESULTS, `${JSON.stringify(all, undefined, 2)}\n`)
  }
  process.stdout.write(values.json === true ? `${JSON.stringify(all)}\n` : `${toTable(all)}\n`)
  const lost = results.filter(({ lagS }) => lagS < drainDelayS).some(({ failed }) => failed > 0)
  process.exitCode = lost ? 1 : 0
}

interface Measurement {
  readonly lagS: number
  readonly restarts: number
  readonly fleets: number
  readonly drainDelay: string
  readonly seed: number
}

async function measure({ lagS, restarts, fleets, drainDelay, seed }: Measurement): Promise<LagResult> {
  let left = restarts
  const runFleet = async (index: number): Promise<FleetResult> => {
    const env = { SEAWORTHY_DRAIN_DELAY: drainDelay }
    const fleet = await Fleet.start({ lagMs: lagS * 1000, seed: seed + index, env })
    try {
      while (left-- > 0) {
        await fleet.restart()
        process.stderr.write(`lag ${lagS} s: ${restarts - Math.max(0, left)} of ${restarts} begun\n`)
      }
    } catch (error) {
      left = 0
      await fleet.stop()
      throw error
    }
    return fleet.stop()
  }
  // Every fleet is waited for, also beside one that failed: nothing that was started is left behind.
  const ended = await Promise.allSettled(Array.from({ length: fleets }, (_, index) => runFleet(index)))
  const results = ended.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
  return merge(lagS, results)
}

/** What reloading nginx costs its kept-alive clients when no replica is restarted at all. */
async function measureReloads(count: number, seed: number): Promise<ReloadResult> {
  const fleet = await Fleet.start({ lagMs: 0, seed, env: {} })
  try {
    for (let reload = 0; reload < count; reload++) await fleet.reload()
  } finally {
    process.stderr.write(`${count * 4} reloads of nginx without a restart\n`)
  }
  const { routes } = await fleet.stop()
  const { sent = 0, failed = 0 } = routes['nginx, kept alive'] ?? {}
  return { reloads: count * 4, sent, failed }
}

/** HAProxy says it on standard output, nginx on standard error. */
function version(program: string): string {
  const { stdout, stderr } = spawnSync(findProgram(program) ?? program, ['-v'], { encoding: 'utf8' })
  return /(\d+\.\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown'
}
