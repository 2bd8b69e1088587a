import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { FuzzReport } from '../../scripts/fuzz-otlp/run.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/fuzz-otlp.ts', import.meta.url))
/** A few here, on every run; all of them with FUZZ_OTLP_COUNT=100000. */
const COUNT = process.env['FUZZ_OTLP_COUNT'] ?? '2000'
/** For a machine under load; 100,000 take some two minutes on an idle one. */
const LIMIT_MS = 60_000 + Number(COUNT) * 10

test(
  `${COUNT} mutated inputs: each is taken or refused by its code, none hangs, and no memory is lost`,
  { timeout: LIMIT_MS },
  async () => {
    const args = [SCRIPT, '--json', '--count', COUNT]
    // A failed run exits with 1, and its report says what to look at.
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LIMIT_MS }).catch(
      (error: { stdout: string; stderr: string }) => {
        if (error.stdout === '') throw error
        return error
      },
    )
    const report = JSON.parse(stdout) as FuzzReport
    const repeat = `repeat with: node scripts/fuzz-otlp.ts --seed ${report.seed} --count ${report.count}`

    expect(report.violations, repeat).toEqual([])
    expect(report.memory.rising, `${repeat}\n${report.memory.heapAfterGcMb.join(' ')}`).toBe(false)
    expect(report.outcomes.taken + report.outcomes.refused).toBe(Number(COUNT))
    // Mutations that are all refused would test only the first line of each decoder.
    expect(report.outcomes.taken).toBeGreaterThan(Number(COUNT) / 10)
    expect(Object.keys(report.byTarget).length).toBe(13)
  },
)
