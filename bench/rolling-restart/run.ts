/**
 * Rolling restarts under load: two replicas behind HAProxy, behind nginx and without a balancer, each stopped by SIGTERM
 * and started again in turn, while clients that never retry go on sending. What is asked: does any request fail?
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { parseDurationWithUnit } from '../../src/core/duration.ts'
import { explainMissing, findProgram } from '../../scripts/debian-servers.ts'
import { wholeNumber } from '../arguments.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { runCommand, UsageError } from '../run-command.ts'
import { Estimate, inWords, type Settings, stagesOf } from './plan.ts'
import { type LagResult, merge, problemsOf, type RollingResults, toPage, toTable } from './report.ts'
import { runStage, type StageProgress } from './stage.ts'

/** What is measured so far is kept as well, also of a run that does not end. */
const KEPT = new KeptResults<RollingResults>({
  folder: 'rolling-restart',
  script: 'bench:rolling -- --save',
  page: 'rolling-restart',
  toPage,
})

const HELP = `Usage: npm run bench:rolling -- [options]

Restarts two replicas in turn, under load, and counts the requests that fail.

  --restarts N   rolling restarts for each lag (default 200; each restarts both replicas); 30 at most for a lag
                 that is as long as the drain delay, which only shows the limit
  --control N    restarts of the control for each lag below the drain delay (default 30): the same, but stopped is a
                 spare replica that nobody is sent to; tells what the reloads of nginx cost by themselves
  --lag LIST     seconds from SIGTERM until balancers and clients know, comma separated (default 0,2,5)
  --fleets N     fleets side by side, each with its own replicas and balancers (default 3)
  --drain-delay  what the replicas are given (default 5s, the default of the runtime)
  --seed N       of the clients' pauses (default from the clock; printed)
  --quick        3 restarts, 1 of the control, one fleet, lags 0 and 2, a drain delay of 3 s: under two minutes
  --plan         only tell how long it will take
  --json         one JSON object on standard output
  --save         keep the results in bench/rolling-restart/results/latest.json
  --page         write docs/benchmarks/rolling-restart.md from the kept results, without measuring

Each lag is printed, and kept in build/bench-rolling-restart/last.json, as soon as it is measured. Ctrl-C or SIGTERM ends after the
restarts under way; what they measured is printed and kept there too, but not by --save.
Exit code: 0 nothing lost that ought not to be, 1 something was, or the run was ended early, 2 wrong usage.
`

const OPTIONS = {
  restarts: { type: 'string' },
  control: { type: 'string' },
  lag: { type: 'string' },
  fleets: { type: 'string' },
  'drain-delay': { type: 'string' },
  seed: { type: 'string' },
  quick: { type: 'boolean' },
  plan: { type: 'boolean' },
  json: { type: 'boolean' },
  save: { type: 'boolean' },
  page: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

await runCommand(main)

type Values = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values']

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  const settings = toSettings(values)
  if (values.help === true) process.stdout.write(HELP)
  else if (values.page === true) KEPT.writePage()
  else if (values.plan === true) process.stdout.write(describePlan(settings))
  else await measure(settings, values)
}

function toSettings(values: Values): Settings {
  const isQuick = values.quick === true
  const drainDelay = values['drain-delay'] ?? (isQuick ? '3s' : '5s')
  const drainDelayMs = parseDurationWithUnit(drainDelay)
  if (drainDelayMs === undefined) throw new UsageError(`--drain-delay is "${drainDelay}", expected such as "5s"`)
  return {
    restarts: wholeNumber('restarts', values.restarts, { fallback: isQuick ? 3 : 200 }),
    control: wholeNumber('control', values.control, { fallback: isQuick ? 1 : 30, least: 0 }),
    fleets: wholeNumber('fleets', values.fleets, { fallback: isQuick ? 1 : 3 }),
    lagsS: (values.lag ?? (isQuick ? '0,2' : '0,2,5')).split(',').map(toLag),
    drainDelayMs,
    seed: wholeNumber('seed', values.seed, { fallback: Date.now() % 2 ** 31, least: 0 }),
  }
}

function toLag(text: string): number {
  const seconds = Number(text)
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    throw new UsageError(`--lag is "${text}", expected seconds from 0`)
  return seconds
}

function describePlan(settings: Settings): string {
  const parts = stagesOf(settings).map(
    ({ lagS, restarted, restarts }) => `lag ${lagS} s${restarted === 'spare' ? ', control' : ''}: ${restarts} restarts`,
  )
  const total = inWords(new Estimate(settings).totalMs)
  return `${settings.fleets} fleets, seed ${settings.seed}; ${parts.join('; ')}; about ${total} in all\n`
}

async function measure(settings: Settings, { save, json }: Values): Promise<void> {
  const missing = explainMissing()
  if (missing !== undefined) throw new Error(missing)
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      process.stderr.write(`${signal}: the restarts under way are the last ones; what is measured is kept\n`)
      abort.abort()
    })
  process.stderr.write(describePlan(settings))
  const estimate = new Estimate(settings)
  const startedAt = performance.now()
  const stages = stagesOf(settings)
  const lags: LagResult[] = []
  const about = aboutThisRun(settings)
  const keep = (forPage: boolean): void => KEPT.store({ ...about, lags }, { forPage })
  let printed = 0
  const print = (): void => {
    if (json !== true) for (const lag of lags.slice(printed)) process.stdout.write(`${toTable([lag])}\n\n`)
    printed = lags.length
  }
  try {
    for (const [index, stage] of stages.entries()) {
      const { lagS, restarted, restarts } = stage
      const name = `lag ${lagS} s${restarted === 'spare' ? ', control' : ''}`
      const onProgress = ({ done, lost, residue }: StageProgress): void => {
        const left = inWords(estimate.leftMs(index, done, performance.now() - startedAt))
        const figures = `${lost} lost, ${residue} reset that nobody promises`
        process.stderr.write(`${name}: ${done} of ${restarts} restarts, ${figures}; about ${left} left\n`)
      }
      const result = merge(await runStage({ stage, settings, signal: abort.signal, onProgress }))
      if (result.restarts === 0) break
      const last = lags.at(-1)
      if (restarted === 'replicas') lags.push({ lagS, ...result })
      else if (last !== undefined) lags[lags.length - 1] = { ...last, control: result }
      keep(false)
      // A lag is whole once its control is.
      if (stages[index + 1]?.restarted !== 'spare') print()
      if (abort.signal.aborted) break
    }
  } finally {
    print()
  }
  finish({ ...about, lags }, abort.signal.aborted, json === true)
  if (save === true && !abort.signal.aborted) keep(true)
}

function finish(results: RollingResults, isEndedEarly: boolean, isJson: boolean): void {
  if (isJson) process.stdout.write(`${JSON.stringify({ ...results, isEndedEarly })}\n`)
  const problems = problemsOf(results)
  for (const problem of problems) process.stderr.write(`✗ ${problem}\n`)
  if (isEndedEarly) process.stderr.write(`ended early; what was measured is kept\n`)
  process.exitCode = problems.length > 0 || isEndedEarly ? 1 : 0
}

function aboutThisRun({ seed, drainDelayMs }: Settings): Omit<RollingResults, 'lags'> {
  return {
    ...measuredOn('rolling-restart'),
    haproxy: version('haproxy'),
    nginx: version('nginx'),
    seed,
    drainDelayMs,
  }
}

/** HAProxy says it on standard output, nginx on standard error. */
function version(program: string): string {
  const { stdout, stderr } = spawnSync(findProgram(program) ?? program, ['-v'], { encoding: 'utf8' })
  return /(\d+\.\d+\.\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown'
}
