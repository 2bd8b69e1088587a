import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const RECORDER = new URL('recording-imports.mjs', import.meta.url).href
const AROUND = fileURLToPath(new URL('around-an-import.mjs', import.meta.url))

/** Where and with what a process is started that imports something and ends. */
export interface ImportingProcess {
  /** Path of the Node to run; this one when absent. */
  readonly node?: string
  /** Arguments for Node itself, such as `--conditions=…`. */
  readonly nodeArguments?: readonly string[]
  /** From here the specifier is resolved. */
  readonly directory: string
}

/** The URL of every module that a process loads which does nothing but run `code`. */
export async function modulesLoadedBy(code: string, where: ImportingProcess): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-imports-'))
  try {
    const record = join(folder, 'urls.txt')
    await run(['--import', RECORDER, '--input-type=module', '-e', code], where, { RECORD_IMPORTS: record })
    return (await readFile(record, 'utf8').catch(() => '')).trim().split('\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What is different after an import: listeners, timers, globals, environment, patched methods; empty when nothing is. */
export async function changesByImporting(specifier: string, where: ImportingProcess): Promise<unknown> {
  const { stdout, stderr } = await run([AROUND, specifier], where)
  if (stderr !== '') throw new Error(`importing ${specifier} printed: ${stderr}`)
  return JSON.parse(stdout)
}

function run(
  nodeArguments: readonly string[],
  where: ImportingProcess,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(where.node ?? process.execPath, [...(where.nodeArguments ?? []), ...nodeArguments], {
    cwd: where.directory,
    // A warning of Node's own about a young feature would count as something printed at import.
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', ...variables },
    timeout: 30_000,
  })
}
