/** Tries animals of the zoo: whether each defect is caught by the trial that has to, and each golden service passes. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand, untilInterrupted, UsageError } from '../bench/run-command.ts'
import { ROOT } from '../scripts/repository-files.ts'
import { type Animal, isGolden } from './catalogue/animal.ts'
import { ANIMALS } from './catalogue/index.ts'
import { BusyCores } from './runner/busy-cores.ts'
import { judgeAnimal } from './runner/judge-animal.ts'
import { keep, keptRuns, type Mode, origin } from './runner/kept.ts'
import { toPage } from './runner/page.ts'
import { Stock } from './runner/stock.ts'
import { runTrial, type TrialRun, ZOO } from './runner/trial-run.ts'

const HELP = `Usage: npm run zoo -- [options]

  --named           each animal with the trial that has to catch it, golden ones with all (this is the default)
  --all             every trial on every animal
  --golden-runs N   golden ones only, N times, beside processes that keep every core busy
  --only NAMES      animals, by name; "," between them, "*" for anything
  --part I/N        every Nth animal, beginning with the Ith
  --keep            keeps what was seen in zoo/results, the basis of the page
  --json            one object on standard output
  --page            tries nothing: writes docs/guide/zoo.md from what was kept
  --list            tries nothing: names the animals
  --help

Exit code 1 when a defect was not caught by its trial, or a golden service failed one.
`

const OPTIONS = {
  named: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  'golden-runs': { type: 'string' },
  only: { type: 'string', multiple: true },
  part: { type: 'string' },
  keep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) return void process.stdout.write(HELP)
  if (values.page) return writePage()
  const goldenRuns = values['golden-runs'] === undefined ? undefined : count('golden-runs', values['golden-runs'])
  const mode: Mode = goldenRuns !== undefined ? 'golden-runs' : values.all ? 'all' : 'named'
  const chosen = choose(values.only ?? [], values.part).filter((animal) => mode !== 'golden-runs' || isGolden(animal))
  if (values.list) return void process.stdout.write(chosen.map(({ name }) => `${name}\n`).join(''))
  const abort = untilInterrupted()
  const measured = origin()
  using stock = await Stock.start()
  using _busy = mode === 'golden-runs' ? new BusyCores() : undefined
  const results = []
  for (const [index, animal] of chosen.entries()) {
    const place = `${String(index + 1).padStart(String(chosen.length).length)}/${chosen.length} ${animal.name}`
    const missing = whatIsMissing(animal)
    if (missing !== undefined) {
      say(`- ${place}: not run, ${missing}`)
      results.push({ animal: animal.name, missing })
      continue
    }
    const only = mode === 'named' && animal.caughtBy !== undefined ? [animal.caughtBy] : undefined
    const runs: TrialRun[] = []
    for (let run = 0; run < (goldenRuns ?? 1) && !abort.aborted; run++) {
      const each = await runTrial(animal, { stockUrl: stock.url, signal: abort, ...(only !== undefined && { only }) })
      if (abort.aborted) break
      runs.push(each)
      tell(place, animal, each)
    }
    if (abort.aborted) break
    keep({ animal: animal.name, mode, origin: measured, runs }, values.keep)
    results.push({ animal: animal.name, runs, judgements: runs.map((run) => judgeAnimal(animal, run)) })
  }
  const faults = results.flatMap(({ animal, judgements = [] }) =>
    judgements.flatMap((judgement) => judgement.faults.map((fault) => `${animal}: ${fault}`)),
  )
  const wrong = results.flatMap(({ animal, judgements = [] }) =>
    judgements.flatMap(({ wrongCatches }) => wrongCatches.map((text) => `${animal}: ${text}`)),
  )
  if (values.json) process.stdout.write(`${JSON.stringify({ mode, origin: measured, results, faults, wrong })}\n`)
  if (wrong.length > 0) say(`\nFailed, and was not expected to:\n${wrong.map((text) => `  ${text}\n`).join('')}`)
  say(
    faults.length === 0
      ? `✓ ${results.length} animals are as they should be`
      : faults.map((text) => `✗ ${text}`).join('\n'),
  )
  if (abort.aborted) process.exitCode = 130
  else if (faults.length > 0) process.exitCode = 1
}

function tell(place: string, animal: Animal, run: TrialRun): void {
  const { faults, wrongCatches, inconclusive } = judgeAnimal(animal, run)
  const passed = Object.values(run.verdicts).filter(({ outcome }) => outcome === 'PASS').length
  const good = isGolden(animal) ? `golden, ${passed} passed` : `caught by ${animal.caughtBy ?? ''}`
  const unclear = inconclusive.length === 0 ? '' : `, ${inconclusive.length} could not tell`
  const more = wrongCatches.length === 0 ? '' : `, ${wrongCatches.length} more failed`
  const seconds = Math.round(run.tookMs / 1000)
  say(
    `${faults.length === 0 ? '✓' : '✗'} ${place}: ${faults.length === 0 ? good : faults.join('; ')}${unclear}${more}, ${seconds} s`,
  )
}

function choose(only: readonly string[], part: string | undefined): readonly Animal[] {
  const patterns = only.flatMap((text) => text.split(',')).map((text) => new RegExp(`^${text.replaceAll('*', '.*')}$`))
  const chosen =
    patterns.length === 0 ? ANIMALS : ANIMALS.filter(({ name }) => patterns.some((each) => each.test(name)))
  if (chosen.length === 0) throw new UsageError('--only names no animal; --list names them all')
  if (part === undefined) return chosen
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(part) ?? []
  if (index === undefined || of === undefined || Number(index) < 1 || Number(index) > Number(of))
    throw new UsageError(`--part is "${part}"; expected "1/4"`)
  return chosen.filter((_, place) => place % Number(of) === Number(index) - 1)
}

const built = new Map<string, string | undefined>()

/** Why it can't be run here; builds it when it has to be built. */
function whatIsMissing({ requires, build }: Animal): string | undefined {
  if (requires !== undefined && spawnSync('sh', ['-c', 'command -v "$0"', requires]).status !== 0)
    return `there is no ${requires} on the path`
  const [program, ...args] = build ?? []
  if (program === undefined) return undefined
  const key = [program, ...args].join('\0')
  if (!built.has(key)) {
    say(`  ${[program, ...args].join(' ')}`)
    const { status, stderr } = spawnSync(program, args, { cwd: ZOO, encoding: 'utf8' })
    built.set(key, status === 0 ? undefined : `${program} failed: ${stderr.slice(-500)}`)
  }
  return built.get(key)
}

function writePage(): void {
  const path = join(ROOT, 'docs/guide/zoo.md')
  const kept = keptRuns()
  if (kept.length === 0) throw new UsageError('Nothing was kept yet: npm run zoo -- --keep')
  writeFileSync(path, toPage(ANIMALS, kept))
  say(`wrote ${path}`)
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--${name} is "${text}"; expected a whole number`)
  return Number(text)
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
