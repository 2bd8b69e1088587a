import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { parseXml } from '../output/well-formed-xml.ts'
import { processesWith } from '../../cli/marked-processes.ts'
import { runCommand } from '../../cli/run-command.ts'

const NAIVE = ['node', fileURLToPath(new URL('../../cli/fixtures/naive-server.mjs', import.meta.url))]

interface Event {
  readonly event: string
  readonly [field: string]: unknown
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-trial-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** Runs a trial whose processes can be found again. */
function trial(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const mark = `TRIAL_TEST=${randomUUID()}`
  const [name = '', value = ''] = mark.split('=')
  const running = runCommand(['trial', ...args], { [name]: value, ...env })
  return { running, left: () => processesWith(mark) }
}

test('a service as it is written first loses requests: exit 1, with what mends it, and the saved run says the same', async () => {
  const files = folder()
  const what = ['--quick', '--only', 'STOP-01', '--only', 'exits-in-time,STOP-05', '--seed', '7']
  const where = [
    '--save',
    join(files, 'run.gz'),
    '--junit',
    join(files, 'junit.xml'),
    '--markdown',
    join(files, 'a.md'),
  ]
  const { running, left } = trial([...what, ...where, '--', ...NAIVE])
  const { code, stdout, stderr } = await running
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(left()).toEqual([])
  expect(stdout).toMatch(/^Sea trial of node .*naive-server\.mjs\n/)
  expect(stdout).toMatch(/\nvoyage {8}1 of \d+: /)
  expect(stdout).toMatch(/\nFAIL {10}STOP-01 zero-failed-requests: /)
  expect(stdout).toMatch(/\n {2}✗ FAIL +STOP-01 +zero-failed-requests/)
  expect(stdout).toMatch(
    /\n✗ FAIL {2}STOP-01 zero-failed-requests\n {2}claim {2}[\s\S]*\n {2}mend {3}\S[\s\S]*\n {2}with {3}\S/,
  )
  expect(stdout).toMatch(/\nNot shown\n {2}– STOP-05: /)
  expect(stdout).toMatch(/ failed · .* seed 7\n/)
  // Nobody watches: nothing is drawn, and nothing is coloured.
  expect(stdout).not.toContain('\u001B')

  const cases = parseXml(readFileSync(join(files, 'junit.xml'), 'utf8')).children.flatMap(({ children }) => children)
  expect(cases.find(({ attributes }) => attributes['name']?.startsWith('STOP-01'))?.children[0]?.name).toBe('failure')
  expect(readFileSync(join(files, 'a.md'), 'utf8')).toContain('### ❌ STOP-01 zero-failed-requests')

  const replayed = await runCommand(['trial', '--replay', join(files, 'run.gz')])
  expect({ code: replayed.code, stderr: replayed.stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout.endsWith(replayed.stdout)).toBe(true)
  expect(replayed.stdout.length).toBeGreaterThan(200)
}, 120_000)

test('--json prints one object for each event: what is known, the plan, voyages, verdicts, and the end', async () => {
  const { running } = trial(['--quick', '--only', 'STOP-06', '--json', '--', ...NAIVE])
  const { stdout } = await running
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
  expect(events.map(({ event }) => event).filter((event, index, all) => event !== all[index - 1])).toEqual([
    'started',
    'planned',
    'voyage',
    'verdict',
    'ended',
  ])
  expect(events[0]).toMatchObject({ schema: 'seaworthy.trial/1', chosen: ['STOP-06'], seed: expect.any(Number) })
  expect(events[0]).toHaveProperty('facts.env.PATH', '***')
  expect(events.at(-1)).toMatchObject({ harnessErrors: [], isInterrupted: false })
}, 120_000)

/** Resolves some time after the output matches. @throws when it ends before */
async function after(running: ReturnType<typeof runCommand>, pattern: RegExp, delayMs: number): Promise<void> {
  const matches = new Promise<void>((resolve) => running.onOutput((text) => pattern.test(text) && resolve()))
  const isEnded = await Promise.race([matches, running])
  if (isEnded !== undefined) throw new Error(`It ended before: ${JSON.stringify(isEnded)}`)
  await new Promise((resolve) => setTimeout(resolve, delayMs))
}

test('a Ctrl-C before anything was started ends it at once', async () => {
  const { running, left } = trial(['--only', 'STOP-01', '--', ...NAIVE])
  running.signal('SIGINT')
  const { code, stdout } = await running
  // No handler stood yet: it was the signal itself that ended the process.
  expect([null, 130]).toContain(code)
  expect([stdout, left()]).toEqual(['', []])
})

// In the survey, at its end, and in a voyage, never at the same moment twice.
test.each([
  [/^Sea trial/, 0],
  [/^Sea trial/, 1000],
  [/^Sea trial/, 3000],
  [/\nplan /, 0],
  [/\nvoyage /, 2000],
])(
  'a Ctrl-C after %s and %i ms ends everything within seconds, and leaves nothing',
  async (pattern, delayMs) => {
    const { running, left } = trial(['--only', 'STOP-01,LEAK-01', '--', ...NAIVE])
    const afterMs = delayMs + Math.floor(Math.random() * 900)
    await after(running, pattern, afterMs)
    const signalledAt = performance.now()
    running.signal('SIGINT')
    const { code, stderr } = await running
    const tookMs = performance.now() - signalledAt
    expect({ code, stderr, left: left() }, `signalled after ${afterMs} ms`).toEqual({ code: 130, stderr: '', left: [] })
    expect(tookMs).toBeLessThan(12_000)
  },
  60_000,
)

test('a second Ctrl-C ends it at once, and leaves nothing either', async () => {
  const { running, left } = trial(['--only', 'LEAK-01', '--', ...NAIVE])
  await after(running, /\nvoyage /, 1500)
  expect(left().length).toBeGreaterThan(1)
  running.signal('SIGINT')
  running.signal('SIGINT')
  setTimeout(() => running.signal('SIGINT'), 20)
  const { code } = await running
  expect({ code, left: left() }).toEqual({ code: 130, left: [] })
}, 60_000)

test('what was judged before a Ctrl-C is printed, and what was not is counted', async () => {
  const { running, left } = trial(['--quick', '--only', 'STOP-06,LEAK-01', '--', ...NAIVE])
  void after(running, /voyage {8}2 of/, 0).then(() => running.signal('SIGTERM'))
  const { code, stdout } = await running
  expect({ code, left: left() }).toEqual({ code: 143, left: [] })
  expect(stdout).toMatch(/\n {2}\S (?:PASS|FAIL|INCONCLUSIVE) +(?:STOP-06|LEAK-01) /)
  expect(stdout).toContain('Given up before its end: 1 trial not judged')
}, 120_000)

test('an error of ours that nobody caught ends the service, too: exit 70', async () => {
  const file = join(folder(), 'bug.mjs')
  writeFileSync(
    file,
    `if (process.argv[1]?.endsWith('main.ts')) setTimeout(() => { throw new TypeError('a bug of ours') }, 5000)`,
  )
  const { running, left } = trial(['--only', 'LEAK-01', '--', ...NAIVE], { NODE_OPTIONS: `--import=${file}` })
  const { code, stderr } = await running
  expect({ code, left: left() }).toEqual({ code: 70, left: [] })
  expect(stderr).toMatch(/^seaworthy: a bug of ours, please report it:\nTypeError: a bug of ours\n/)
}, 60_000)
