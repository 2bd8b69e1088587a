import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Gate } from '../../scripts/gates.ts'
import { GATES } from '../../scripts/gates.ts'
import { ROOT, isThere } from '../../scripts/repository-files.ts'
import { runGates } from '../../scripts/run-gates.ts'

function gate(name: string, code: string, more: Partial<Gate> = {}): Gate {
  return { name, proves: 'something', command: [process.execPath, '-e', code], limitMs: 10_000, ...more }
}

test('gates run in order, and each that passes counts as one', async () => {
  const lines: string[] = []
  const counts = await runGates([gate('first', ''), gate('second', '')], (line) => lines.push(line))
  expect(counts).toEqual({ passed: 2, failed: 0 })
  expect(lines.map((line) => /── (\w+)/.exec(line)?.[1])).toEqual(['first', 'first', 'second', 'second'])
})

test('the first that fails is the last that runs, and is named with how to run it by hand', async () => {
  const lines: string[] = []
  const counts = await runGates([gate('first', 'process.exit(3)'), gate('second', '')], (line) => lines.push(line))
  expect(counts).toEqual({ passed: 0, failed: 1 })
  expect(lines.at(-1)).toMatch(/first FAILED after .+: it ended with 3\. By hand: .+ -e process\.exit\(3\)/)
})

test('a gate that hangs is ended at its limit, with every process that it started', async () => {
  const startsAnother = `
    const { spawn } = require('node:child_process')
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    setInterval(() => {}, 1000)`
  const lines: string[] = []
  const counts = await runGates([gate('hangs', startsAnother, { limitMs: 500 })], (line) => lines.push(line))
  expect(counts).toEqual({ passed: 0, failed: 1 })
  expect(lines.at(-1)).toContain('no end after 500ms')
})

test('a command that is not there fails its gate', async () => {
  const counts = await runGates([gate('missing', '', { command: ['no-such-command'] })], () => {})
  expect(counts).toEqual({ passed: 0, failed: 1 })
})

function reporting(passed: number, failed: number, exitCode: number): Gate {
  const report = `build/ci/of-a-test-${process.pid}.json`
  onTestFinished(() => rmSync(join(ROOT, report), { force: true }))
  const text = JSON.stringify({ numPassedTests: passed, numFailedTests: failed })
  return gate('tests', `fs.writeFileSync('${report}', '${text}'); process.exit(${exitCode})`, { report })
}

test.each([
  ['each test counts', 7, 0, 0, { passed: 7, failed: 0 }],
  ['failed tests count', 5, 2, 1, { passed: 5, failed: 2 }],
  ['a failure outside of any test counts as one', 7, 0, 1, { passed: 7, failed: 1 }],
])('with a report: %s', async (_what, passed, failed, exitCode, counts) => {
  expect(await runGates([reporting(passed, failed, exitCode)], () => {})).toEqual(counts)
})

test('every gate has a name of its own, a limit, and a script that exists', () => {
  expect(new Set(GATES.map(({ name }) => name)).size).toBe(GATES.length)
  expect(GATES.filter(({ limitMs }) => !(limitMs > 0))).toEqual([])
  const scripts = GATES.flatMap(({ command: [command, script = ''] }) => (command === 'node' ? [script] : []))
  expect(scripts.filter((script) => !isThere(script))).toEqual([])
})
