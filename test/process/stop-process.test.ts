import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import { stopProcess } from '../../src/process/stop-process.ts'

/** Starts a program and waits until it has said something, so that its handlers are there. */
async function start(program: string): Promise<OwnedProcess> {
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const owned = await OwnedProcess.start({
    command: process.execPath,
    args: ['-e', `${program}; setInterval(() => {}, 1000); console.log('ready')`],
    env: { PATH: process.env['PATH'] },
    clock: systemClock,
    onLine: () => resolve(),
  })
  await ready
  return owned
}

test('a process that ends by itself tells its code', async () => {
  await using owned = await start(`process.once('SIGTERM', () => process.exit(7))`)
  const result = await stopProcess(owned, { clock: systemClock, limitMs: 30_000 })
  expect(result).toMatchObject({ code: 7, signal: null, wasKilled: false })
})

test('a process without a handler ends by the signal, and that is not counted as killed', async () => {
  await using owned = await start('')
  const result = await stopProcess(owned, { clock: systemClock, limitMs: 30_000, signal: 'SIGINT' })
  expect(result).toMatchObject({ code: null, signal: 'SIGINT', wasKilled: false })
})

test('a process that ignores the signal is killed at the limit, and that is said', async () => {
  await using owned = await start(`process.on('SIGTERM', () => {})`)
  const result = await stopProcess(owned, { clock: systemClock, limitMs: 100 })
  expect(result).toMatchObject({ code: null, signal: 'SIGKILL', wasKilled: true })
  expect(result.tookMs).toBeGreaterThanOrEqual(100)
})
