/**
 * What clients lose while a service is told to stop: ours beside its peers, seen from outside, round by round in one
 * invocation. `--help` says the rest; docs/benchmarks/drain.md says what is measured and how.
 */
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/core/clock.ts'
import { chosen, wholeNumber } from '../arguments.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { report, runCommand, untilInterrupted } from '../run-command.ts'
import { problemsOf } from './check.ts'
import { toPage } from './page.ts'
import { createProgress, describeSkipped } from './progress.ts'
import { type Measurement, toJsonRows, toText, versionsOf } from './results.ts'
import { SCENARIOS } from './scenarios.ts'
import { runPlan } from './schedule.ts'
import { WIRE_DELAY_MS } from './settings.ts'
import { toTable } from './table.ts'
import { VARIANTS } from './variants.ts'

const KEPT = new KeptResults<Measurement>({ folder: 'drain', script: 'bench:drain', page: 'drain', toPage, toText })
const HELP = `Usage: npm run bench:drain -- [options]

  --runs N          runs of each variant in each scenario, interleaved (default 5)
  --only A,B        these variants: exact names, or "seaworthy" for all of ours, "peers" for all others
  --scenario A,B    these scenarios: ${SCENARIOS.map(({ id }) => id).join(', ')}
  --wire A,B        these wire delays in ms: 0, ${WIRE_DELAY_MS}
  --parallel N      services under trial at the same time (default 2)
  --seed N          repeats the moments and the order of a run
  --quick           ours and three peers in three scenarios, under a minute: one round, and what fits of a second
  --json            only an array of { variant, runs, sent, failed, reset, status503, exitCodes, stopMs } on standard output
  --check           fails unless ours lose nothing, exit with 0, and at least one peer loses something
  --page            measures nothing: writes docs/benchmarks/drain.md from the newest full measurement
  --list            the variants
  --help
`

/** After it a quick run begins nothing new; with what is under way it ends within a minute. */
const QUICK_BUDGET_MS = 45_000
const MAX_REASON_LENGTH = 1000
const FULL_RUNS = 5
const QUICK = {
  variants: ['seaworthy', '@godaddy/terminus', 'lightship', 'http-terminator'],
  // Where a load balancer has not heard yet, and through the very close.
  scenarios: ['keep-alive', 'new-connections', 'until-closed'],
  // One round takes 30 to 45 s; what of the second does not fit is said.
  runs: 2,
  parallel: 4,
}

const OPTIONS = {
  runs: { type: 'string' },
  only: { type: 'string' },
  scenario: { type: 'string' },
  wire: { type: 'string' },
  parallel: { type: 'string' },
  seed: { type: 'string' },
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) process.stdout.write(HELP)
  else if (values.list) process.stdout.write(VARIANTS.map(({ name, setup }) => `${name}: ${setup}\n`).join(''))
  else if (values.page) KEPT.writePage()
  else await measure(values)
}

type Values = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values']

async function measure(values: Values): Promise<void> {
  const variants = chosenVariants(values)
  const scenarios = chosenScenarios(values)
  const runs = wholeNumber('runs', values.runs, { fallback: values.quick ? QUICK.runs : FULL_RUNS })
  // Anything less is no basis for the page.
  const isFull =
    !values.quick &&
    runs >= FULL_RUNS &&
    values.only === undefined &&
    values.scenario === undefined &&
    values.wire === undefined
  const seed = wholeNumber('seed', values.seed, { fallback: Math.floor(Date.now() / 1000), least: 0 })
  const parallel = wholeNumber('parallel', values.parallel, { fallback: values.quick ? QUICK.parallel : 2 })
  const abort = untilInterrupted()
  const troubles: string[] = []
  const startedAt = systemClock.now()
  const origin = measuredOn('drain')
  const cells = await runPlan({
    variants,
    scenarios,
    wireDelaysMs: values.quick ? [WIRE_DELAY_MS] : (values.wire?.split(',').map(Number) ?? [0, WIRE_DELAY_MS]),
    runs,
    parallel,
    seed,
    clock: systemClock,
    abort,
    ...(values.quick ? { budgetMs: QUICK_BUDGET_MS } : {}),
    onResult: createProgress(process.stderr),
    onTrouble({ trial, reason }) {
      troubles.push(trial)
      process.stderr.write(`! ${trial} could not be measured: ${reason.slice(0, MAX_REASON_LENGTH)}\n`)
    },
  })
  if (abort.aborted) {
    process.exitCode = 130
    return
  }
  const measurement: Measurement = {
    ...origin,
    seed,
    parallel,
    tookMs: Math.round(systemClock.now() - startedAt),
    versions: versionsOf(variants),
    troubles,
    cells,
  }
  if (troubles.length > 0) process.exitCode = 1
  const skipped = describeSkipped(cells, { runs, troubles: troubles.length })
  if (skipped !== undefined) process.stderr.write(`! ${skipped}\n`)
  // A peer that does not start is part of the comparison; a run of ours that is missing makes it worthless.
  const isComplete = cells.every((cell) => cell.runs.length === runs || !isOneOfOurs(cell.variant))
  KEPT.store(measurement, { forPage: isFull && isComplete })
  if (values.check) report(problemsOf(cells, variants), 'ours lost nothing, peers did')
  process.stdout.write(
    values.json ? `${JSON.stringify(toJsonRows(cells, variants))}\n` : `${toTable(measurement, process.stdout)}\n`,
  )
}

function isOneOfOurs(name: string): boolean {
  return VARIANTS.some((variant) => variant.name === name && variant.isOurs)
}

/** What was asked for by name, else what a quick run has, else everything. */
function chosenVariants({ only, quick }: Values): typeof VARIANTS {
  const names = only ?? (quick ? QUICK.variants.join(',') : undefined)
  return chosen('only', names, VARIANTS, ({ name, isOurs }) => [name, isOurs ? 'seaworthy' : 'peers'])
}

function chosenScenarios({ scenario, quick }: Values): typeof SCENARIOS {
  return chosen('scenario', scenario ?? (quick ? QUICK.scenarios.join(',') : undefined), SCENARIOS, ({ id }) => [id])
}
