/**
 * Which spans never arrive, and of which nobody is told: ours beside the stock SDK, while the collector fails or the process
 * ends. `--help` says the rest; docs/benchmarks/loss.md says what is measured and how.
 */
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/core/clock.ts'
import { chosen, wholeNumber } from '../arguments.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { report, runCommand, untilInterrupted } from '../run-command.ts'
import { problemsOf } from './check.ts'
import { toPage } from './page.ts'
import { type Measurement, toJsonRows, versionsOfPeers } from './results.ts'
import { SCENARIOS } from './scenarios.ts'
import { runPlan } from './schedule.ts'
import { describeRow, describeScale, toTable } from './table.ts'
import type { Trial } from './trial.ts'
import { VARIANTS } from './variants.ts'

const KEPT = new KeptResults<Measurement>({ folder: 'loss', script: 'bench:loss', page: 'loss', toPage })
const HELP = `Usage: npm run bench:loss -- [options]

  --scenario A,B    these: ${SCENARIOS.map(({ id }) => id).join(', ')}
  --only A,B        these variants: exact names, or "seaworthy" for all of ours, "stock" for all others
  --runs N          runs of each variant in each scenario (default 1)
  --parallel N      trials at the same time (default 4)
  --quick           shorter times and fewer variants, within a minute
  --json            only an array of { scenario, variant, created, delivered, droppedCounted, lostSilently, shutdownMs, … }
                    on standard output
  --check           fails when ours lose spans that are not counted, or shut down too slowly
  --page            measures nothing: writes docs/benchmarks/loss.md from the latest full measurement
  --help
`

/** What both have over HTTP, and one in which the protocol is the point. */
const QUICK = {
  variants: ['seaworthy http', 'stock SDK http'],
  grpcScenarios: ['resource-exhausted'],
  // What is left out differs little from one of these.
  scenarios: [
    'down-20s',
    'down-5min',
    'slow',
    'flapping',
    'resource-exhausted',
    'blackhole',
    'restart',
    'sigterm',
    'uncaught',
    'exit',
    'sigkill',
    'disk-full',
  ],
  parallel: 12,
  /** After it nothing new begins; what is under way ends within a minute. */
  budgetMs: 36_000,
}

const OPTIONS = {
  scenario: { type: 'string' },
  only: { type: 'string' },
  runs: { type: 'string' },
  parallel: { type: 'string' },
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values']

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) process.stdout.write(HELP)
  else if (values.page) KEPT.writePage()
  else await measure(values)
}

async function measure(values: Values): Promise<void> {
  const scenarios = chosen('scenario', values.scenario, SCENARIOS, ({ id }) => [id])
  const variants = chosen('only', values.only, VARIANTS, ({ name, isOurs }) => [name, isOurs ? 'seaworthy' : 'stock'])
  const runs = wholeNumber('runs', values.runs, { fallback: 1 })
  const parallel = wholeNumber('parallel', values.parallel, { fallback: values.quick ? QUICK.parallel : 4 })
  const trials = Array.from({ length: runs }, () =>
    scenarios.flatMap((scenario) =>
      variants.map((variant): Trial => ({ variant, scenario, scale: values.quick ? scenario.quickScale : 1 })),
    ),
  )
    .flat()
    .filter((trial) => !values.quick || isQuick(trial, values))
  const abort = untilInterrupted()
  const troubles: string[] = []
  const startedAt = systemClock.now()
  const origin = measuredOn('loss')
  const name = ({ variant, scenario, scale }: Trial): string => `${variant.name}, ${scenario.id}${describeScale(scale)}`
  const cells = await runPlan({
    trials,
    parallel,
    clock: systemClock,
    abort,
    ...(values.quick ? { budgetMs: QUICK.budgetMs } : {}),
    onResult(trial, result, left) {
      const { exitCode, wasKilled, ...counts } = result
      const row = { ...counts, exitCodes: [exitCode], killed: wasKilled ? 1 : 0 }
      process.stderr.write(
        `${result.lostSilently === 0 ? '✓' : '✗'} ${name(trial)}: ${describeRow(row)} · ${left} left\n`,
      )
    },
    onTrouble(trial, reason) {
      troubles.push(name(trial))
      process.stderr.write(`! ${name(trial)} could not be measured: ${reason.slice(0, 1000)}\n`)
    },
  })
  if (abort.aborted) {
    process.exitCode = 130
    return
  }
  const tookMs = Math.round(systemClock.now() - startedAt)
  const versions = versionsOfPeers()
  const measurement: Measurement = { ...origin, parallel, tookMs, versions, troubles, cells }
  const isFull = !values.quick && values.only === undefined && values.scenario === undefined
  const isComplete = cells.every((cell) => cell.runs.length === runs)
  if (troubles.length > 0) process.exitCode = 1
  if (!isComplete) process.stderr.write('! not every trial was run; `runs` says how many\n')
  KEPT.store(measurement, { forPage: isFull && isComplete })
  const rows = toJsonRows(cells)
  if (values.check) {
    report(
      problemsOf(
        rows,
        scenarios.filter(({ id }) => cells.some(({ scenario }) => scenario === id)),
        takingPart(),
      ),
      'ours lost nothing that is not counted, and ended in time',
    )
  }
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${toTable(cells, process.stdout)}\n`)

  function takingPart(): typeof VARIANTS {
    return variants.filter((variant) => trials.some((trial) => trial.variant === variant && !isExtra(trial)))
  }
}

/** Whether a quick run has it; what was asked for by name is always in. */
function isQuick(trial: Trial, values: Values): boolean {
  if (values.scenario === undefined && !QUICK.scenarios.includes(trial.scenario.id)) return false
  return values.only !== undefined || QUICK.variants.includes(trial.variant.name) || isExtra(trial)
}

function isExtra({ variant, scenario }: Trial): boolean {
  return variant.protocol === 'grpc' && QUICK.grpcScenarios.includes(scenario.id)
}
