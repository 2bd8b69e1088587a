import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatDuration } from '../src/core/duration.ts'
import type { Gate } from './gates.ts'
import { ROOT } from './repository-files.ts'

export interface Counts {
  readonly passed: number
  readonly failed: number
}

/** Runs gates one after another and stops at the first that fails. The counts of what Vitest ran are added up. */
export async function runGates(gates: readonly Gate[], print: (line: string) => void): Promise<Counts> {
  let total: Counts = { passed: 0, failed: 0 }
  for (const gate of gates) {
    headline(print, `${gate.name}: ${gate.proves}`)
    if (gate.report !== undefined) {
      rmSync(join(ROOT, gate.report), { force: true })
      mkdirSync(dirname(join(ROOT, gate.report)), { recursive: true })
    }
    const begunAt = performance.now()
    const problem = await passThrough(gate)
    const took = formatDuration(performance.now() - begunAt)
    total = sum(total, countsOfGate(gate, problem === undefined))
    if (problem !== undefined) {
      headline(print, `${gate.name} FAILED after ${took}: ${problem}. By hand: ${gate.command.join(' ')}`)
      return total
    }
    headline(print, `${gate.name} passed in ${took}`)
  }
  return total
}

/** The counts in a report of Vitest, by its path from the root; nothing when there is none. */
export function countsOfReport(report: string): Counts | undefined {
  const path = join(ROOT, report)
  if (!existsSync(path)) return undefined
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>
  return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 }
}

export function sum(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed }
}

function countsOfGate(gate: Gate, hasPassed: boolean): Counts {
  const itself = hasPassed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  const counts = gate.report === undefined ? undefined : countsOfReport(gate.report)
  if (counts === undefined) return itself
  // Vitest can also fail without a failed test: an error outside of any, or no test at all.
  return hasPassed || counts.failed > 0 ? counts : sum(counts, itself)
}

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
    let isLate = false
    const limit = setTimeout(() => {
      isLate = true
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
      if (isLate) done(`no end after ${formatDuration(limitMs)}`)
      else done(code === 0 ? undefined : `it ended with ${code ?? signal}`)
    })
  })
}

function headline(print: (line: string) => void, text: string): void {
  print(`\n── ${text} ${'─'.repeat(Math.max(3, 100 - text.length))}`)
}
