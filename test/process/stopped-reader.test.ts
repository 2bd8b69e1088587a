import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const SERVICE = fileURLToPath(new URL('services/talks-much.ts', import.meta.url))
const LINES = 3000

/** Starts the service with nobody reading its standard output; standard error is read. */
function startUnread() {
  const built = process.env['SEAWORTHY_TEST_DIST'] === '1'
  const node = process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  const flags = [
    '--disable-warning=ExperimentalWarning',
    ...(built ? [] : ['--conditions=seaworthy-source']),
    ...(process.env['SEAWORTHY_TEST_NODE_FLAGS']?.split(' ') ?? []),
  ]
  const child = spawn(node, [...flags, SERVICE], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said: string[] = []
  const words = createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const hears = async (word: string): Promise<void> => {
    while (!said.includes(word)) await once(words, 'line')
  }
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, hears, exit }
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
  const { child, hears, exit } = startUnread()
  await hears('ready')
  child.kill('SIGUSR2')
  await hears('talked')
  child.kill('SIGTERM')
  await hears('talker stopped')
  const lines = await readAll(child.stdout)
  expect(await exit).toBe(0)
  expect(lines.filter(({ msg }) => msg === 'talk').map(({ index }) => index)).toEqual(
    Array.from({ length: LINES }, (_, index) => index),
  )
  expect(lines.at(-1)).toMatchObject({
    msg: expect.stringContaining('talks-much stopped in'),
    shutdown: { clean: true },
  })
})
