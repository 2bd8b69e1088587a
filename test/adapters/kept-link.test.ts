import { silentLog } from 'seaworthy'
import { ManualClock } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { KeptLink } from '../../src/adapters/consuming/kept-link.ts'

/** A link whose openings and losses are told by the test. */
async function openLink() {
  const clock = new ManualClock()
  const opened: number[] = []
  const closed: string[] = []
  const cut: string[] = []
  const state = {
    fails: false,
    answers: Promise.resolve(),
    closes: Promise.resolve(),
    lose: (_why: unknown): void => {},
  }
  const link = await KeptLink.open<string>({
    name: 'the broker',
    log: silentLog,
    clock,
    open: async (onLost) => {
      const name = `link ${opened.push(clock.now())}`
      state.lose = onLost
      if (state.fails) throw new Error('refused')
      await state.answers
      return name
    },
    close: (one) => {
      closed.push(one)
      return state.closes
    },
    cut: (one) => cut.push(one),
  })
  return { link, clock, opened, closed, cut, state }
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

test('a stop cuts what is not closed shortly before its time is over, and not what is', async () => {
  const { link, cut, state } = await openLink()
  state.closes = new Promise(() => {})
  const signal = AbortSignal.timeout(10_000)
  await link.end({ signal, limitMs: 100 })
  expect(signal.aborted).toBe(false)
  expect(cut).toEqual(['link 1'])

  const other = await openLink()
  await other.link.end({ signal, limitMs: 5_000 })
  expect(other.closed).toEqual(['link 1'])
  expect(other.cut).toEqual([])
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

test('an opening that nobody answers is given up and made again, and is closed when it is answered after all', async () => {
  const { link, clock, opened, closed, state } = await openLink()
  const late = Promise.withResolvers<void>()
  state.answers = late.promise
  state.lose(new Error('reset'))
  await clock.advance(30_500)
  expect(link.current).toBeUndefined()
  expect(opened).toHaveLength(2)
  state.answers = Promise.resolve()
  await clock.advance(1000)
  expect(link.current).toBe('link 3')
  late.resolve()
  await clock.advance(0)
  expect(closed).toEqual(['link 1', 'link 2'])
  expect(link.current).toBe('link 3')
})

test('an opening whose connection is lost is given up at once, and is closed when it is answered after all', async () => {
  const { link, clock, opened, closed, state } = await openLink()
  const late = Promise.withResolvers<void>()
  state.answers = late.promise
  state.lose(new Error('reset'))
  await clock.advance(500)
  expect(opened).toHaveLength(2)
  state.lose(new Error('closed by the broker'))
  await clock.advance(0)
  expect(() => link.requireOpen()).toThrow('attempt 2 to open it again: closed by the broker')
  state.answers = Promise.resolve()
  await clock.advance(1000)
  expect(link.current).toBe('link 3')
  late.resolve()
  await clock.advance(0)
  expect(closed).toEqual(['link 1', 'link 2'])
  expect(link.current).toBe('link 3')
})

test('a first opening whose connection is lost is an error at once', async () => {
  const clock = new ManualClock()
  const opening = KeptLink.open<string>({
    name: 'the broker',
    log: silentLog,
    clock,
    open: (onLost) => {
      onLost(new Error('reset'))
      return new Promise(() => {})
    },
    close: () => {},
  })
  await expect(opening).rejects.toThrow('reset')
  expect(clock.pending).toBe(0)
})

test('what was asked of one that is lost rejects with the reason, and the next question goes to the next one', async () => {
  const { link, clock, state } = await openLink()
  const asked: string[] = []
  const first = link.ask((one) => {
    asked.push(one)
    return new Promise(() => {})
  })
  const lost = new Error('reset')
  state.lose(lost)
  await expect(first).rejects.toBe(lost)
  await expect(link.ask(() => Promise.resolve())).rejects.toMatchObject({ code: 'SEA_CONNECTION_LOST' })
  await clock.advance(500)
  await expect(link.ask((one) => Promise.resolve(asked.push(one)))).resolves.toBe(2)
  expect(asked).toEqual(['link 1', 'link 2'])
})

test('what was asked rejects when the connection is dropped, and at its end', async () => {
  const { link, clock, opened, closed, state } = await openLink()
  const first = link.ask(() => new Promise(() => {}))
  link.drop(new Error('silent'))
  // What the close of a dropped one leads to is no other loss.
  state.lose(new Error('closed'))
  await expect(first).rejects.toThrow('silent')
  await clock.advance(10_000)
  expect(opened).toHaveLength(2)
  expect(closed).toEqual(['link 1'])
  const second = link.ask(() => new Promise(() => {}))
  const ended = link.end()
  state.lose(new Error('closed'))
  await expect(second).rejects.toThrow('closed')
  await ended
})
