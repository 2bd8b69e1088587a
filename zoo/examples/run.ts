/** Tries public examples of graceful shutdowns with every trial, one after the other, and writes the page about them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand, untilInterrupted, UsageError } from '../../bench/run-command.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import { loadTrials } from '../../src/trial/catalogue.ts'
import { origin } from '../runner/kept.ts'
import { Stock } from '../runner/stock.ts'
import { runTrial, ZOO } from '../runner/trial-run.ts'
import { EXAMPLES } from './catalogue.ts'
import type { Example } from './example.ts'
import { keepTrial, keptTrials } from './kept-trials.ts'
import { toPage } from './page.ts'

const HELP = `Usage: npm run zoo:examples -- [options]

  --only NAMES  examples, by name; "," between them, "*" for anything
  --page        tries nothing: writes docs/guide/examples-on-trial.md from what was kept
  --list        tries nothing: names the examples
  --help

Takes about five minutes for each example, and saves what it saw in build/zoo/examples for a replay. What an example fails is what it is tried for, and no failure of this command:
exit code 1 says that one could not be built or tried.
`

const OPTIONS = {
  only: { type: 'string', multiple: true },
  page: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** What was seen, for `seaworthy trial --replay`. */
const SAVED = join(ROOT, 'build/zoo/examples')

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) return void process.stdout.write(HELP)
  const chosen = choose(values.only ?? [])
  if (values.list) return void process.stdout.write(chosen.map(({ name }) => `${name}\n`).join(''))
  if (!values.page) await tryEach(chosen)
  await writePage()
}

async function tryEach(examples: readonly Example[]): Promise<void> {
  const abort = untilInterrupted()
  const measured = origin()
  using stock = await Stock.start()
  mkdirSync(SAVED, { recursive: true })
  for (const [index, example] of examples.entries()) {
    const place = `${index + 1}/${examples.length} ${example.name}`
    const missing = whatIsMissing(example)
    if (missing !== undefined) {
      say(`✗ ${place}: ${missing}`)
      process.exitCode = 1
      continue
    }
    const before = loadNow()
    const saved = join(SAVED, `${example.name}.gz`)
    const toTry = { command: example.command, needs: [...example.needs, '--save', saved] }
    const run = await runTrial(toTry, { isQuick: false, stockUrl: stock.url, signal: abort })
    if (abort.aborted) {
      process.exitCode = 130
      return
    }
    const { verdicts, problem, tookMs } = run
    const count = (outcome: string): number => Object.values(verdicts).filter((said) => said.outcome === outcome).length
    const found = `${count('PASS')} passed, ${count('FAIL')} failed, ${count('INCONCLUSIVE')} could not tell`
    say(`${problem === undefined ? '✓' : '✗'} ${place}: ${problem ?? found}, ${Math.round(tookMs / 1000)} s`)
    // A trial that went wrong says nothing about the example.
    if (problem === undefined)
      keepTrial({ example: example.name, origin: measured, load: { before, after: loadNow() }, ...run })
    else process.exitCode = 1
  }
}

async function writePage(): Promise<void> {
  const kept = keptTrials()
  if (kept.length === 0) throw new UsageError('Nothing was tried yet: npm run zoo:examples')
  const path = join(ROOT, 'docs/guide/examples-on-trial.md')
  writeFileSync(path, toPage(EXAMPLES, kept, [...(await loadTrials()).values()]))
  say(`wrote ${path}`)
}

/** Why it can't be tried here; builds it when it has to be built. */
function whatIsMissing({ requires, build }: Example): string | undefined {
  if (requires !== undefined && spawnSync('sh', ['-c', 'command -v "$0"', requires]).status !== 0)
    return `there is no ${requires} on the path`
  const [program, ...args] = build ?? []
  if (program === undefined) return undefined
  const { status, stderr } = spawnSync(program, args, { cwd: ZOO, encoding: 'utf8' })
  return status === 0 ? undefined : `${program} failed: ${stderr.slice(-500)}`
}

function choose(only: readonly string[]): readonly Example[] {
  const patterns = only.flatMap((text) => text.split(',')).map((text) => new RegExp(`^${text.replaceAll('*', '.*')}$`))
  if (patterns.length === 0) return EXAMPLES
  const chosen = EXAMPLES.filter(({ name }) => patterns.some((each) => each.test(name)))
  if (chosen.length === 0) throw new UsageError('--only names no example; --list names them all')
  return chosen
}

function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
