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
  /** Why there is nothing to read, or not all: the tool itself failed. */
  readonly problem?: string
}

export interface RunOptions {
  /** Trials, by id; all when absent. */
  readonly only?: readonly string[]
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

export async function runTrial(animal: Animal, { only, stockUrl, signal }: RunOptions): Promise<TrialRun> {
  const needs = animal.needs.map((text) => text.replaceAll('{stock}', stockUrl))
  const chosen = only === undefined ? [] : ['--only', only.join(',')]
  const args = ['--conditions=seaworthy-source', CLI, 'trial', '--json', ...chosen, ...needs, '--', ...animal.command]
  const begun = performance.now()
  // A group of its own: Ctrl-C reaches it through us, once.
  const child = spawn(process.execPath, args, {
    cwd: ZOO,
    env: { ...process.env, PATH: `${NODE_FOLDER}${delimiter}${process.env['PATH'] ?? ''}` },
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
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  signal.removeEventListener('abort', end)
  const tookMs = Math.round(performance.now() - begun)
  const { verdicts, problems } = readVerdicts(output)
  if (signal.aborted) return { verdicts, tookMs, problem: 'It was given up.' }
  if (!JUDGED.has(code))
    return { verdicts, tookMs, problem: `The command ended with ${code}: ${[...problems, errors.trim()].join(' ')}` }
  return { verdicts, tookMs, ...(problems.length > 0 && { problem: problems.join(' ') }) }
}

interface Line {
  readonly event?: string
  readonly id?: string
  readonly outcome?: Outcome
  readonly says?: string
  readonly harnessErrors?: readonly unknown[]
}

/** Of a repeated trial the last verdict counts. */
function readVerdicts(output: string): { verdicts: Record<string, Said>; problems: string[] } {
  const verdicts: Record<string, Said> = {}
  const problems: string[] = []
  for (const text of output.split('\n')) {
    if (!text.startsWith('{')) continue
    const { event, id, outcome, says = '', harnessErrors = [] } = JSON.parse(text) as Line
    if (event === 'verdict' && id !== undefined && outcome !== undefined) verdicts[id] = { outcome, says }
    if (harnessErrors.length > 0) problems.push(JSON.stringify(harnessErrors))
  }
  return { verdicts, problems }
}
