/** Tries the program of the original document with every trial, and writes the page about it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand, untilInterrupted, UsageError } from '../../bench/run-command.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import { mustRun } from '../../scripts/run-command.ts'
import { loadTrials } from '../../src/trial/catalogue.ts'
import { origin } from '../runner/kept.ts'
import { Stock } from '../runner/stock.ts'
import { runTrial, ZOO } from '../runner/trial-run.ts'
import { judgeSaved } from './judge-saved.ts'
import { KEPT, keptTrial } from './kept.ts'
import { toPage } from './page.ts'
import { COMMAND, flags } from './service.ts'

const HELP = `Usage: npm run zoo:original -- [options]

  --judge  starts nothing: judges what was seen last once more, and writes the page
  --page   judges nothing: writes docs/guide/original-document.md from what was kept
  --help

Builds the program, with a Go that it installs or fetches, and tries it with every trial, which takes about six minutes.
That it fails is what it is tried for: exit code 1 says that it could not be built or tried.
`

const OPTIONS = {
  judge: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** What was seen, for a replay. */
const SAVED = join(ROOT, 'build/zoo/original-document.gz')

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) return void process.stdout.write(HELP)
  if (!values.page) {
    const measured = origin()
    if (!values.judge && !(await sail())) return
    if (!existsSync(SAVED)) throw new UsageError('Nothing was seen yet: npm run zoo:original')
    const kept = await judgeSaved(SAVED, measured, Math.round((loadavg()[0] ?? 0) * 10) / 10)
    mkdirSync(dirname(KEPT), { recursive: true })
    writeFileSync(KEPT, `${JSON.stringify(kept, undefined, 2)}\n`)
  }
  const kept = keptTrial()
  if (kept === undefined) throw new UsageError('Nothing was kept yet: npm run zoo:original')
  const path = join(ROOT, 'docs/guide/original-document.md')
  writeFileSync(path, toPage(kept, await loadTrials()))
  process.stderr.write(`wrote ${path}\n`)
}

async function sail(): Promise<boolean> {
  await mustRun('node', ['go/build.ts', 'original-document'], { cwd: ZOO })
  using stock = await Stock.start()
  const abort = untilInterrupted()
  const needs = [...flags(new URL(stock.url).host), '--save', SAVED]
  const { problem } = await runTrial(
    { command: COMMAND, needs },
    { isQuick: false, stockUrl: stock.url, signal: abort },
  )
  if (problem === undefined) return true
  process.stderr.write(`${problem}\n`)
  process.exitCode = abort.aborted ? 130 : 1
  return false
}
