// Runs every gate, cheap ones first, and stops at the first that fails: npm run ci
// With --tested it leaves out the tests and takes their counts from the report of an `npm test` that just passed.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatDuration } from '../src/core/duration.ts'
import { GATES, type Gate, TEST_REPORT } from './gates.ts'
import { ROOT } from './repository-files.ts'

interface Counts {
  readonly passed: number
  readonly failed: number
}

const { values } = parseArgs({ options: { tested: { type: 'boolean', default: false } } })
const startedAt = performance.now()
mkdirSync(join(ROOT, 'build/ci'), { recursive: true })

let total: Counts = values.tested ? countsOf(TEST_REPORT, { passed: 1, failed: 0 }) : { passed: 0, failed: 0 }
for (const gate of GATES) {
  if (values.tested && gate.partOfTest === true) continue
  headline(`${gate.name}: ${gate.proves}`)
  if (gate.report !== undefined) rmSync(join(ROOT, gate.report), { force: true })
  const begunAt = performance.now()
  const problem = await passThrough(gate)
  const took = formatDuration(performance.now() - begunAt)
  const alone = problem === undefined ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  total = sum(total, gate.report === undefined ? alone : countsOf(gate.report, alone))
  if (problem !== undefined) {
    headline(`${gate.name} FAILED after ${took}: ${problem}. By hand: ${gate.command.join(' ')}`)
    if (total.failed === 0) total = sum(total, alone)
    process.exitCode = 1
    break
  }
  headline(`${gate.name} passed in ${took}`)
}
console.log(`\nall gates: ${formatDuration(performance.now() - startedAt)}`)
// The plain line that a pipeline reads; keep it the last.
console.log(`${total.passed} passed, ${total.failed} failed`)

/** Runs a gate and gives what went wrong, or nothing. Its whole process group ends with it. */
function passThrough({ command: [command, ...args], limitMs }: Gate): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
    const end = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // It has ended already.
      }
    }
    let late = false
    const limit = setTimeout(() => {
      late = true
      end('SIGKILL')
    }, limitMs)
    const onInterrupt = (): void => end('SIGTERM')
    process.once('SIGINT', onInterrupt)
    process.once('SIGTERM', onInterrupt)
    const done = (problem: string | undefined): void => {
      clearTimeout(limit)
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onInterrupt)
      resolve(problem)
    }
    child.once('error', (error) => done(error.message))
    child.once('close', (code, signal) => {
      if (late) done(`no end after ${formatDuration(limitMs)}`)
      else done(code === 0 ? undefined : `it exited with ${code ?? signal}`)
    })
  })
}

/** The counts in a report of Vitest, or `otherwise` when it wrote none. */
function countsOf(report: string, otherwise: Counts): Counts {
  const path = join(ROOT, report)
  if (!existsSync(path)) return otherwise
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>
  return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 }
}

function sum(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed }
}

function headline(text: string): void {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(3, 100 - text.length))}`)
}
