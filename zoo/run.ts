/** Tries animals of the zoo: whether each defect is caught by the trial that has to, and each golden service passes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand, untilInterrupted, UsageError } from '../bench/run-command.ts'
import { ROOT } from '../scripts/repository-files.ts'
import { type Animal, isGolden } from './catalogue/animal.ts'
import { ANIMALS } from './catalogue/index.ts'
import { BusyCores } from './runner/busy-cores.ts'
import { keptRuns, type Mode } from './runner/kept.ts'
import { toPage } from './runner/page.ts'
import { partOf, readPart } from './runner/part.ts'
import { tryAnimals } from './runner/try-animals.ts'

const HELP = `Usage: npm run zoo -- [options]

  --named           each animal with the trial that has to catch it, golden ones with all (this is the default)
  --all             every trial on every animal
  --quick           every trial that --quick has, on every animal
  --golden-runs N   N runs of golden ones, going round, beside processes that keep every core busy
  --only NAMES      animals, by name; "," between them, "*" for anything
  --defects         animals with a defect only
  --golden          golden ones only
  --part I/N        every Nth animal, beginning with the Ith; "today/N": which one goes by the date
  --together N      N animals at a time (default 1); what could not tell, and has to, goes again, alone
  --keep            keeps what was seen in zoo/results, the basis of the page
  --save            saves what each run saw in build/zoo; "seaworthy trial --replay" judges it again
  --json            one object on standard output
  --page            tries nothing: writes docs/guide/zoo.md from what was kept
  --list            tries nothing: names the animals
  --help

The last line is "N passed, N failed", in animals. Exit code 1 when a defect was not caught by its trial, or was seen by one
that is not expected to, when a golden service failed a trial, or when nothing could be run.
`

const OPTIONS = {
  named: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  'golden-runs': { type: 'string' },
  only: { type: 'string', multiple: true },
  defects: { type: 'boolean', default: false },
  golden: { type: 'boolean', default: false },
  part: { type: 'string' },
  together: { type: 'string', default: '1' },
  keep: { type: 'boolean', default: false },
  save: { type: 'boolean', default: false },
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
  const runCount = values['golden-runs'] === undefined ? undefined : count('golden-runs', values['golden-runs'])
  const mode: Mode = runCount !== undefined ? 'golden-runs' : values.all ? 'all' : values.quick ? 'quick' : 'named'
  const part = values.part === undefined ? undefined : readPart(values.part, new Date())
  const isGoldenOnly = values.golden || mode === 'golden-runs'
  if (isGoldenOnly && values.defects) throw new UsageError('--defects leaves nothing of golden ones')
  const found = choose(values.only ?? []).filter((animal) => (isGolden(animal) ? !values.defects : !isGoldenOnly))
  const chosen = part === undefined ? found : partOf(found, part)
  if (values.list) return void process.stdout.write(chosen.map(({ name }) => `${name}\n`).join(''))
  if (part !== undefined) say(part.says)
  const signal = untilInterrupted()
  using _busy = mode === 'golden-runs' ? new BusyCores() : undefined
  const outcome = await tryAnimals({
    animals: chosen,
    mode,
    ...(runCount !== undefined && { runCount }),
    together: count('together', values.together),
    isForPage: values.keep,
    isSaved: values.save,
    signal,
    say,
  })
  if (values.json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
  const { passed, failed, notRun, faults } = outcome
  for (const fault of faults) say(`✗ ${fault}`)
  if (notRun > 0) say(`${notRun} not run`)
  if (signal.aborted) process.exitCode = 130
  else if (failed > 0 || passed === 0) process.exitCode = 1
  // What a pipeline reads: it stays the last.
  const line = `${passed} passed, ${failed} failed\n`
  if (values.json) process.stderr.write(line)
  else process.stdout.write(line)
}

function choose(only: readonly string[]): readonly Animal[] {
  const patterns = only.flatMap((text) => text.split(',')).map((text) => new RegExp(`^${text.replaceAll('*', '.*')}$`))
  if (patterns.length === 0) return ANIMALS
  const chosen = ANIMALS.filter(({ name }) => patterns.some((each) => each.test(name)))
  if (chosen.length === 0) throw new UsageError('--only names no animal; --list names them all')
  return chosen
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
