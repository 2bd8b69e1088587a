import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { processesWith } from './marked-processes.ts'
import { runCommand } from './run-command.ts'

/** Runs a trial whose processes can be found again. */
function trial(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const mark = `TRIAL_TEST=${randomUUID()}`
  const [name = '', value = ''] = mark.split('=')
  const running = runCommand(['trial', ...args], { [name]: value, ...env })
  return { running, left: () => processesWith(mark) }
}

test('--list prints id, slug and claim of each trial, and --json the same for programs', async () => {
  const { code, stdout } = await runCommand(['trial', '--list'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Start\n {2}START-01 +ready-means-ready +\S.*\.\n/)
  expect(stdout).toMatch(/\nStop\n {2}STOP-01 +zero-failed-requests +\S.*\.\n/)
  const { stdout: json } = await runCommand(['trial', '--list', '--json', '--only', 'STOP-0*', '--skip', 'STOP-02'])
  const listed = JSON.parse(json) as { id: string; claim: string; remedy: object }[]
  expect(listed[0]).toMatchObject({ id: 'STOP-01', slug: 'zero-failed-requests', remedy: { page: expect.any(String) } })
  expect(listed.map(({ id }) => id)).not.toContain('STOP-02')
  expect(listed.every(({ id }) => id.startsWith('STOP-0'))).toBe(true)
})

test('nobody who reads is no error: it ends as any other tool does, and says nothing', async () => {
  const running = runCommand(['trial', '--list'])
  running.closeOutput()
  expect(await running).toMatchObject({ code: 141, stderr: '' })
})

test('--explain prints how a trial is tried and what mends it, by id or by slug', async () => {
  const { code, stdout } = await runCommand(['trial', '--explain', 'zero-failed-requests'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^STOP-01 zero-failed-requests\nclaim {7}\S/)
  expect(stdout).toMatch(/\nvoyages {5}stop-under-load \(about \d+ s, \d+ s with --quick\), and what the service takes/)
  expect(stdout).toMatch(/\nhow {9}\S[\s\S]*\nmend {8}\S[\s\S]*\nwith {8}\S/)
})

test.each([
  [[], 'there is no command to run', 'Put it after "--": seaworthy trial -- node server.js'],
  [['node', 'x.js'], '"node" was not understood', 'seaworthy trial -- node x.js'],
  [['--only', 'STOP-1', '--', 'true'], '"STOP-1" is not a trial', 'Did you mean "STOP-01"?'],
  [['--explain', 'STOP-99'], '"STOP-99" is not a trial', 'Did you mean "STOP-09"?'],
  [['--explain', 'STOP-01,STP-06'], '"STP-06" is not a trial', 'Did you mean "STOP-06"?'],
  [
    ['--skip', 'exits', '--', 'true'],
    '"exits" is not a trial',
    'Did you mean "exits-in-time" or "exits-without-collector"?',
  ],
  [['--skip', '*', '--', 'true'], 'No trial is left', 'Skip fewer'],
  [['--quick', '--full', '--', 'true'], '--quick and --full do not go together', 'Choose one'],
  [['--soak', '10', '--', 'true'], '--soak is "10"', '--soak 10m'],
  [['--seed', 'x', '--', 'true'], '--seed is "x"', 'Copy the one'],
  [['--junit', '/nowhere/x.xml', '--', 'true'], '--junit is "/nowhere/x.xml"', 'a folder that exists'],
  [['--html', tmpdir(), '--', 'true'], 'which is a folder', 'Name a file'],
  [['--save', '/nowhere/x.gz', '--', 'true'], '--save is "/nowhere/x.gz"', 'a folder that exists'],
  [['--replay', 'x.gz', '--', 'true'], '--replay starts nothing', 'Take one of the two away'],
  [['--replay', 'x.gz', '--only', 'STOP-01'], "--only can't change that", 'Take --only away'],
  [['--replay', 'x.gz', '--grace', '5s'], "--grace can't change that", 'Take --grace away'],
  [['--replay', '/nowhere/x.gz'], "/nowhere/x.gz can't be read", '--save FILE'],
  [['--grace', 'soon', '--', 'true'], '--grace', 'soon'],
])('%j is wrong usage, told in one message: %s', async (args, message, hint) => {
  const { code, stdout, stderr } = await runCommand(['trial', ...args])
  expect(stderr).toContain(message)
  expect(stderr).toContain(hint)
  expect([code, stdout]).toEqual([2, ''])
})

test('a command that does not exist, and a service that never listens, could not be started: exit 3', async () => {
  const missing = await runCommand(['trial', '--only', 'STOP-01', '--', './no-such-service'])
  expect(missing.code).toBe(3)
  expect(missing.stderr).toContain('no-such-service')
  const { running, left } = trial(['--only', 'STOP-01', '--', 'node', '-e', 'console.log("bye")'])
  const { code, stderr } = await running
  expect(code).toBe(3)
  expect(stderr).toMatch(/^seaworthy: \S/)
  expect(left()).toEqual([])
}, 120_000)
