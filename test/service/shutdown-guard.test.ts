import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { resolveShutdownBudget } from '../../src/lifecycle/shutdown-budget.ts'
import { ShutdownProgress } from '../../src/lifecycle/shutdown-progress.ts'
import { resolveServiceOptions } from '../../src/service/service-options.ts'
import { ShutdownGuard } from '../../src/service/shutdown-guard.ts'

/** A shutdown of 25 s under a guard without a thread, before there is a log; time is moved by hand. */
function guarded() {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-guard-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'termination-log')
  writeFileSync(file, '')
  const clock = new ManualClock()
  const exits: number[] = []
  const env = { SEAWORTHY_TERMINATION_LOG: file }
  const options = resolveServiceOptions({ name: 'shop', clock, env, exit: (code: number) => void exits.push(code) })
  const progress = new ShutdownProgress(clock)
  progress.follow(() => [{ kind: 'request', name: 'api: GET /slow', ageMs: 30_000 }])
  const guard = new ShutdownGuard(
    {
      reason: { kind: 'signal', signal: 'SIGTERM' },
      budget: resolveShutdownBudget({ watchdog: false }, { env: {}, isTerminal: false }),
      progress,
      figures: () => ({ api: { cut: 0 } }),
      core: () => undefined,
    },
    options,
  )
  return { clock, exits, guard, progress, report: () => readFileSync(file, 'utf8').split('\n') }
}

test('a shutdown that goes on beyond its budget is ended with 1, and the report has everything that had not ended', async () => {
  const { clock, exits, progress, report } = guarded()
  progress.enter('finish')
  void progress.track({ name: 'api' }, () => new Promise(() => {}))
  await clock.advance(24_999)
  expect(exits).toEqual([])
  await clock.advance(1)
  expect(exits).toEqual([1])
  const [summary, fields] = report()
  expect(summary).toBe(
    'shop stopped in 25s (SIGTERM): did not end within 25s, api did not finish within 25s, aborted api: GET /slow after 30s',
  )
  expect(JSON.parse(fields ?? '')).toMatchObject({
    exitCode: 1,
    laggards: [{ name: 'api', phase: 'finish', outcome: 'timed-out' }],
    aborted: ['api: GET /slow after 30s'],
    figures: { api: { cut: 0 } },
  })
})

test('one that has ended is let go: nothing is scheduled any more', async () => {
  const { clock, exits, guard } = guarded()
  guard.letGo()
  await clock.advance(60_000)
  expect(exits).toEqual([])
  expect(clock.pending).toBe(0)
  await guard.stop()
})
