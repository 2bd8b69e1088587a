import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { SpoolTrouble } from '../../../src/telemetry/spool/spool-trouble.ts'

test('a disk that fails is left alone for a second, then for twice as long each time, up to half a minute', async () => {
  const clock = new ManualClock()
  let writable = 0
  const trouble = new SpoolTrouble({ clock, log: silentLog, directory: '/spool', writable: () => writable++ })
  const pauses: number[] = []
  for (let failure = 0; failure < 7; failure++) {
    trouble.fail(new Error('broken'))
    const from = clock.now()
    while (trouble.pause !== undefined) await clock.advance(500)
    pauses.push(clock.now() - from)
    expect(trouble.failure).toBeDefined()
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])

  trouble.overcome()
  expect(trouble.failure).toBeUndefined()
  expect(writable).toBe(1)
  trouble.fail(new Error('broken'))
  await clock.advance(1000)
  expect(trouble.pause).toBeUndefined()
  trouble.end()
  expect(clock.pending).toBe(0)
})
