import { silentLog } from 'seaworthy'
import { ManualClock } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { KeptLink } from '../../src/adapters/consuming/kept-link.ts'

/** A link whose openings and losses are told by the test. */
async function openLink() {
  const clock = new ManualClock()
  const opened: number[] = []
  const closed: string[] = []
  const state = { fails: false, lose: (_why: unknown): void => {} }
  const link = await KeptLink.open<string>({
    name: 'the broker',
    log: silentLog,
    clock,
    open: async (onLost) => {
      opened.push(clock.now())
      state.lose = onLost
      if (state.fails) throw new Error('refused')
      return `link ${opened.length}`
    },
    close: (one) => closed.push(one),
  })
  return { link, clock, opened, closed, state }
}

test('what is lost is closed, and opened again within half a second', async () => {
  const { link, clock, closed, state } = await openLink()
  expect(link.requireOpen()).toBe('link 1')
  state.lose(new Error('reset'))
  expect(closed).toEqual(['link 1'])
  await clock.advance(500)
  expect(link.requireOpen()).toBe('link 2')
})

test('while it is lost, whoever needs it is told why', async () => {
  const { link, state } = await openLink()
  state.lose(new Error('reset'))
  expect(() => link.requireOpen()).toThrow(
    expect.objectContaining({
      code: 'SEA_CONNECTION_LOST',
      message: 'The connection to the broker is lost, attempt 1 to open it again: reset',
    }),
  )
})

test('pauses double up to half a minute, less up to a half by chance', async () => {
  const { link, clock, opened, state } = await openLink()
  state.fails = true
  state.lose(new Error('reset'))
  await clock.advance(600_000)
  const pauses = opened.slice(1).map((at, index) => at - (opened[index] ?? 0))
  for (const [index, pauseMs] of pauses.entries()) {
    const longestMs = Math.min(30_000, 500 * 2 ** index)
    expect(pauseMs).toBeLessThanOrEqual(longestMs)
    expect(pauseMs).toBeGreaterThanOrEqual(longestMs / 2)
  }
  expect(pauses.length).toBeGreaterThan(20)
  state.fails = false
  await clock.advance(30_000)
  expect(link.current).toBe(`link ${opened.length}`)
})

test('two events of one loss are one loss', async () => {
  const { clock, opened, state } = await openLink()
  state.lose(new Error('error'))
  state.lose(new Error('close'))
  await clock.advance(10_000)
  expect(opened).toHaveLength(2)
})

test('after its end nothing is opened, and nothing waits', async () => {
  const { link, clock, opened, closed, state } = await openLink()
  state.lose(new Error('reset'))
  await link.end()
  await clock.advance(60_000)
  expect(opened).toHaveLength(1)
  expect(clock.pending).toBe(0)
  expect(closed).toEqual(['link 1'])
})

test('one that is kept no more stays open until its end, and is not opened again', async () => {
  const { link, clock, opened, closed, state } = await openLink()
  link.keepNoMore()
  expect(link.current).toBe('link 1')
  state.lose(new Error('reset'))
  await clock.advance(60_000)
  expect(opened).toHaveLength(1)
  await Promise.all([link.end(), link.end()])
  expect(closed).toEqual(['link 1'])
})
