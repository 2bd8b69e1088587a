import { ManualClock } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { FileTrouble } from '../../../src/adapters/sqlite/file-trouble.ts'

const FULL = { errcode: 13 }
/** Of a disk that fails while it writes: an extended code. */
const FAILS = { errcode: 10 | (3 << 8) }

test('what only statements would show to be over is told of for half a minute after the last of them', async () => {
  const clock = new ManualClock()
  const trouble = new FileTrouble(clock)
  trouble.saw(FULL)
  trouble.wrote()
  await clock.advance(20_000)
  trouble.saw(FAILS)
  await clock.advance(29_999)
  expect(trouble.current).toMatchObject({ status: 'unhealthy', message: expect.stringContaining('the disk fails') })
  await clock.advance(1)
  expect(trouble.current).toBeUndefined()
})

test('a lock is over as soon as something was written', () => {
  const trouble = new FileTrouble(new ManualClock())
  trouble.saw({ errcode: 5 })
  expect(trouble.canBeTried).toBe(true)
  trouble.wrote()
  expect(trouble.current).toBeUndefined()
})

test('errors of a statement, and of anything else, say nothing about the file', () => {
  const trouble = new FileTrouble(new ManualClock())
  for (const error of [{ errcode: 19 }, { errcode: 1 }, new Error('no'), 'text', {}]) trouble.saw(error)
  expect(trouble.current).toBeUndefined()
})
