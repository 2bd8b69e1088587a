import { expect, test } from 'vitest'
import { ConsistentReader } from '../../../src/config/reload/consistent-read.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'

const NEVER = new AbortController().signal

/** Contents as they are looked at, one after the other; the last one stays. */
function readerOf(contents: readonly string[]) {
  const clock = new ManualClock()
  const loads: string[] = []
  const unread: number[] = []
  let looks = 0
  const now = (): string => contents[Math.min(looks, contents.length - 1)] ?? ''
  const reader = new ConsistentReader({
    load: () => {
      loads.push(now())
      return { value: now() }
    },
    fingerprint: async () => {
      const hash = now()
      looks++
      return { hash, blank: [] }
    },
    clock,
    tickMs: 100,
    limitMs: 60_000,
    onUnread: () => unread.push(clock.now()),
  })
  return { reader, clock, loads, unread }
}

test('what changed while it was read is read again, and only what was read whole counts', async () => {
  const { reader } = readerOf(['half', 'whole', 'whole', 'whole'])
  expect(await reader.read(NEVER, { isSettled: true })).toMatchObject({
    content: { hash: 'whole' },
    loaded: { value: 'whole' },
  })
})

test('what is asked for at once has to be the same for a tick first', async () => {
  const { reader, clock, loads } = readerOf(['half', 'more', 'whole'])
  const read = reader.read(NEVER, { isSettled: false })
  await clock.advance(200)
  expect(loads).toEqual([])
  await clock.advance(100)
  expect(await read).toMatchObject({ content: { hash: 'whole' } })
  expect(loads).toEqual(['whole'])
})

test('a content that never is the same is given up with a reason, and looked at anew', async () => {
  const { reader, clock, unread } = readerOf(Array.from({ length: 100 }, (_, at) => `version ${at}`))
  const read = reader.read(NEVER, { isSettled: false })
  await clock.advance(10_000)
  expect(await read).toEqual({ error: 'its files kept changing while they were read', content: undefined })
  expect(unread).toHaveLength(1)
})

test('a load that throws is told with the content that it was about', async () => {
  const error = new Error('no')
  const reader = new ConsistentReader({
    load: () => Promise.reject(error),
    fingerprint: async () => ({ hash: 'a', blank: [] }),
    clock: new ManualClock(),
    tickMs: 100,
    limitMs: 1_000,
    onUnread: () => expect.unreachable(),
  })
  expect(await reader.read(NEVER, { isSettled: true })).toEqual({ error, content: { hash: 'a', blank: [] } })
})
