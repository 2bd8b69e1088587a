import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { makeUnreadPipe } from '../logging/unread-pipe.ts'

const SERVICE = fileURLToPath(new URL('services/talks-much.ts', import.meta.url))
const LINES = 3000
/** The log has half of the margin's two seconds at the most. */
const LATER_THAN_MARGIN_MS = 1500

interface Unread {
  /** @default a socket, as Node makes it */
  readonly output?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the service with nobody reading its standard output; standard error is read. */
function startUnread({ output, env = {} }: Unread = {}) {
  const built = process.env['SEAWORTHY_TEST_DIST'] === '1'
  const node = process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  const flags = [
    '--disable-warning=ExperimentalWarning',
    ...(built ? [] : ['--conditions=seaworthy-source']),
    ...(process.env['SEAWORTHY_TEST_NODE_FLAGS']?.split(' ') ?? []),
  ]
  const child = spawn(node, [...flags, SERVICE], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', output ?? 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said: string[] = []
  const words = createInterface({ input: child.stderr as Readable }).on('line', (line) => said.push(line))
  const hears = async (word: string): Promise<void> => {
    while (!said.includes(word)) await once(words, 'line')
  }
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, stdout: child.stdout as Readable, hears, exit }
}

/** Reads standard output from now to its end. */
async function readAll(
  stream: NodeJS.ReadableStream,
): Promise<readonly { msg: string; index?: number; shutdown?: { clean: boolean } }[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: stream })) lines.push(line)
  return lines.map((line) => JSON.parse(line) as { msg: string })
}

test('a reader that has stopped reading does not hold the shutdown up', async () => {
  const { child, hears, exit } = startUnread()
  await hears('ready')
  child.kill('SIGUSR2')
  await hears('talked')
  child.kill('SIGTERM')
  await hears('talker stopped')
  // The deadline of the test is the proof: a blocked write would never end.
  expect(await exit).toBe(0)
})

test('a reader that comes back during the shutdown gets every line, the report last', async () => {
  const { child, stdout, hears, exit } = startUnread()
  await hears('ready')
  child.kill('SIGUSR2')
  await hears('talked')
  child.kill('SIGTERM')
  await hears('talker stopped')
  const lines = await readAll(stdout)
  expect(await exit).toBe(0)
  expect(lines.filter(({ msg }) => msg === 'talk').map(({ index }) => index)).toEqual(
    Array.from({ length: LINES }, (_, index) => index),
  )
  expect(lines.at(-1)).toMatchObject({
    msg: expect.stringContaining('talks-much stopped in'),
    shutdown: { clean: true },
  })
})

test('a reader that catches up within the flush, longer than the margin lasts, gets every line of a full pipe', async () => {
  const pipe = makeUnreadPipe()
  onTestFinished(() => pipe.remove())
  const { child, hears, exit } = startUnread({ output: pipe.writer, env: { FLUSH_MS: '30000' } })
  pipe.handOver()
  await hears('ready')
  child.kill('SIGUSR2')
  await hears('talked')
  child.kill('SIGTERM')
  await hears('talker stopped')
  await sleep(LATER_THAN_MARGIN_MS)
  const lines = await readAll(pipe.open())
  expect(await exit).toBe(0)
  expect(lines.filter(({ msg }) => msg === 'talk').map(({ index }) => index)).toEqual(
    Array.from({ length: LINES }, (_, index) => index),
  )
  expect(lines.at(-1)).toMatchObject({ shutdown: { clean: true, flush: { log: { complete: true, waitingLines: 0 } } } })
})

test('lines that nobody has read by the end of the flush are told of in the report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'termination-log')
  writeFileSync(path, '')
  const { child, hears, exit } = startUnread({ env: { SEAWORTHY_TERMINATION_LOG: path } })
  await hears('ready')
  child.kill('SIGUSR2')
  await hears('talked')
  child.kill('SIGTERM')
  expect(await exit).toBe(0)
  const [summary = '', figures = ''] = readFileSync(path, 'utf8').split('\n')
  expect(summary).toContain('log not delivered completely')
  const { flush } = JSON.parse(figures) as { flush: { log: { complete: boolean; waitingLines: number } } }
  expect(flush.log.complete).toBe(false)
  expect(flush.log.waitingLines).toBeGreaterThan(LINES / 2)
})
