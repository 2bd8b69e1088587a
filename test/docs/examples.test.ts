import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT, filesUnder } from '../../scripts/repository-files.ts'

const LIMIT_MS = 30_000
const examples = filesUnder('docs/examples').filter((path) => /\/[^/.]+\.(?:ts|mjs)$/.test(path))

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

/** Runs an example as a reader would, in an empty folder of its own, and waits for its end. */
async function runExample(path: string): Promise<Ended> {
  const directory = await mkdtemp(join(tmpdir(), 'seaworthy-example-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const child = spawn(process.execPath, ['--conditions=seaworthy-source', join(ROOT, path)], {
    cwd: directory,
    // The port of the admin server is free on every machine; an endpoint of the machine's own must not get our data.
    env: { ...process.env, SEAWORTHY_ADMIN_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, output }))
  })
}

test('there are examples', () => {
  expect(examples).not.toEqual([])
})

test.each(examples)('%s runs, and ends by itself without an error', { timeout: LIMIT_MS + 5000 }, async (path) => {
  const { code, signal, output } = await runExample(path)
  expect({ code, signal }, output).toEqual({ code: 0, signal: null })
})
