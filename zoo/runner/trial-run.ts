import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { ROOT } from '../../scripts/repository-files.ts'
import type { Animal } from '../catalogue/animal.ts'

export type Outcome = 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'SKIP'

/** What a trial said of an animal. */
export interface Said {
  readonly outcome: Outcome
  readonly says: string
}

/** One run of `seaworthy trial` on an animal. */
export interface TrialRun {
  readonly verdicts: Readonly<Record<string, Said>>
  readonly tookMs: number
  /** How long each voyage took, those that were sailed twice together; what is left is the survey. */
  readonly voyageMs?: Readonly<Record<string, number>>
  /** Why there is nothing to read, or not all: the tool itself failed. */
  readonly problem?: string
}

export interface RunOptions {
  /** Trials, by id; all when absent. */
  readonly only?: readonly string[]
  readonly isQuick: boolean
  /** A file for what was seen, which `seaworthy trial --replay` judges again. */
  readonly save?: string
  /** Address of the stock, which some depend on. */
  readonly stockUrl: string
  readonly signal: AbortSignal
}

/** The folder in which animals are started. */
export const ZOO = join(ROOT, 'zoo')
const CLI = join(ROOT, 'src/cli/main.ts')
/** `node` of a command is the Node that runs this. */
const NODE_FOLDER = dirname(process.execPath)
/** 0: all passed; 1: something failed. Any other says that it was not tried. */
const JUDGED: ReadonlySet<number | null> = new Set([0, 1])
/** The command ends its services by itself; longer than that it doesn't need. */
const END_MS = 8000
/** Every trial takes five minutes on a quiet machine: whoever takes so much longer hangs. */
const LIMIT_MS = 20 * 60_000

export async function runTrial(
  animal: Pick<Animal, 'needs' | 'command' | 'folder' | 'env'>,
  { only, isQuick, save, stockUrl, signal }: RunOptions,
): Promise<TrialRun> {
  const needs = animal.needs.map((text) => text.replaceAll('{stock}', stockUrl))
  const chosen = only === undefined ? [] : ['--only', only.join(',')]
  const saved = save === undefined ? [] : ['--save', save]
  const command = animal.command.length === 0 ? [] : ['--', ...animal.command]
  const flags = ['--json', ...(isQuick ? ['--quick'] : []), ...saved, ...chosen, ...needs]
  const args = ['--conditions=seaworthy-source', CLI, 'trial', ...flags, ...command]
  const begun = performance.now()
  // A group of its own: Ctrl-C reaches it through us, once.
  const child = spawn(process.execPath, args, {
    cwd: animal.folder === undefined ? ZOO : join(ROOT, animal.folder),
    env: { ...process.env, ...animal.env, PATH: `${NODE_FOLDER}${delimiter}${process.env['PATH'] ?? ''}` },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors = (errors + chunk).slice(-2000)))
  const end = (): void => {
    child.kill('SIGINT')
    setTimeout(() => child.kill('SIGKILL'), END_MS).unref()
  }
  signal.addEventListener('abort', end, { once: true })
  let isTooLate = false
  const limit = setTimeout(() => {
    isTooLate = true
    end()
  }, LIMIT_MS)
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  signal.removeEventListener('abort', end)
  clearTimeout(limit)
  const tookMs = Math.round(performance.now() - begun)
  const { verdicts, voyageMs, problems } = readOutput(output)
  const run = { verdicts, tookMs, voyageMs }
  if (signal.aborted) return { ...run, problem: 'It was given up.' }
  if (isTooLate) return { ...run, problem: `It had not ended after ${LIMIT_MS / 60_000} minutes.` }
  if (!JUDGED.has(code))
    return { ...run, problem: `The command ended with ${code}: ${[...problems, errors.trim()].join(' ')}` }
  return { ...run, ...(problems.length > 0 && { problem: problems.join(' ') }) }
}

interface Line {
  readonly event?: string
  readonly id?: string
  readonly outcome?: Outcome
  readonly says?: string
  readonly tookMs?: number
  readonly harnessErrors?: readonly unknown[]
}

interface Read {
  readonly verdicts: Record<string, Said>
  readonly voyageMs: Record<string, number>
  readonly problems: string[]
}

/** Of a repeated trial the last verdict counts. */
function readOutput(output: string): Read {
  const verdicts: Record<string, Said> = {}
  const voyageMs: Record<string, number> = {}
  const problems: string[] = []
  for (const text of output.split('\n')) {
    if (!text.startsWith('{')) continue
    const { event, id, outcome, says = '', tookMs = 0, harnessErrors = [] } = JSON.parse(text) as Line
    if (event === 'verdict' && id !== undefined && outcome !== undefined) verdicts[id] = { outcome, says }
    if (event === 'voyage' && id !== undefined) voyageMs[id] = (voyageMs[id] ?? 0) + tookMs
    if (harnessErrors.length > 0) problems.push(JSON.stringify(harnessErrors))
  }
  return { verdicts, voyageMs, problems }
}
