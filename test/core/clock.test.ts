import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'

const CLOCK = new URL('../../src/core/clock.ts', import.meta.url).href

/** Runs `body` in a process of its own with `systemClock` at hand, and returns what it printed. */
async function runAlone(body: string): Promise<string> {
  const source = `const { systemClock } = await import(${JSON.stringify(CLOCK)});\n${body}`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
    timeout: 10_000,
  })
  return stdout
}

test('time never goes back', () => {
  let previous = systemClock.now()
  for (let reading = 0; reading < 10_000; reading++) {
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(previous)
    previous = now
  }
})

test('a scheduled call is made once, and not before its delay is over', async () => {
  const startedAt = systemClock.now()
  await new Promise<void>((resolve) => systemClock.schedule(20, resolve))
  // Node's timers may fire up to one millisecond early by this scale.
  expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(19)
})

test('a cancelled call is never made', async () => {
  let calls = 0
  const cancel = systemClock.schedule(1, () => calls++)
  cancel()
  cancel()
  await new Promise<void>((resolve) => systemClock.schedule(20, resolve))
  expect(calls).toBe(0)
})

test('by default a wait keeps the process alive', async () => {
  expect(await runAlone(`systemClock.schedule(30, () => console.log('called'))`)).toBe('called\n')
})

test('a wait that is not to keep the process alive does not', async () => {
  expect(await runAlone(`systemClock.schedule(60_000, () => console.log('called'), { keepAlive: false })`)).toBe('')
})
