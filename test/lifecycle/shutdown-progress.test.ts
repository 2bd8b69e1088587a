import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { describeProgress } from '../../src/lifecycle/describe-progress.ts'
import type { HookRecord } from '../../src/lifecycle/hook.ts'
import type { OpenWork } from '../../src/lifecycle/open-work.ts'
import { sayProgress } from '../../src/lifecycle/progress-lines.ts'
import { ShutdownProgress } from '../../src/lifecycle/shutdown-progress.ts'

const never = (): Promise<HookRecord> => new Promise(() => {})

function requests(count: number): readonly OpenWork[] {
  return Array.from({ length: count }, (_, index) => ({ kind: 'request', name: `api: GET /${index}`, ageMs: 1000 }))
}

describe('a snapshot', () => {
  test('names the phase, the hooks that have not ended, and what is in flight', async () => {
    const clock = new ManualClock()
    const progress = new ShutdownProgress(clock)
    expect(progress.snapshot()).toEqual({ phase: 'start', elapsedMs: 0, running: [], openCount: 0, open: [] })
    await clock.advance(100)
    progress.follow(() => requests(2))
    progress.enter('finish')
    void progress.track({ name: 'api' }, never)
    await progress.track({ name: 'outbox' }, async () => ({ name: 'outbox', outcome: 'done', tookMs: 0 }))
    await clock.advance(50)
    expect(progress.snapshot()).toEqual({
      phase: 'finish',
      elapsedMs: 150,
      running: [{ name: 'api', phase: 'finish', ageMs: 50 }],
      openCount: 2,
      open: requests(2),
    })
  })

  test('lists twenty at most, and counts all', () => {
    const progress = new ShutdownProgress(new ManualClock())
    progress.follow(() => requests(50))
    for (let index = 0; index < 50; index++) void progress.track({ name: `hook ${index}` }, never)
    const { open, openCount, running } = progress.snapshot()
    expect({ open: open.length, openCount, running: running.length }).toEqual({ open: 20, openCount: 50, running: 20 })
  })

  test('leaves out a hook that only waits for others', () => {
    const progress = new ShutdownProgress(new ManualClock())
    let isIdle = true
    progress.enter('finish')
    void progress.track({ name: 'background', isIdle: () => isIdle }, never)
    expect(progress.snapshot().running).toEqual([])
    expect(progress.phases()).toMatchObject([{ hooks: [] }])
    isIdle = false
    expect(progress.snapshot().running).toMatchObject([{ name: 'background' }])
  })

  test('does without a ledger that throws', () => {
    const progress = new ShutdownProgress(new ManualClock())
    progress.follow(() => {
      throw new Error('broken')
    })
    expect(progress.snapshot()).toMatchObject({ openCount: 0, open: [] })
  })
})

test('whoever watches is told of each phase, and of each hook before it runs and after', async () => {
  const progress = new ShutdownProgress(new ManualClock())
  const seen: string[] = []
  progress.onChange = () =>
    void seen.push([progress.phase, ...progress.snapshot().running.map(({ name }) => name)].join(' '))
  progress.enter('stop')
  await progress.track({ name: 'db' }, async () => {
    seen.push('runs')
    return { name: 'db', outcome: 'done', tookMs: 0 }
  })
  expect(seen).toEqual(['stop', 'stop db', 'runs', 'stop'])
})

test('the phases of a shutdown that is cut short: what has not ended counts as timed out', async () => {
  const clock = new ManualClock()
  const progress = new ShutdownProgress(clock)
  progress.enter('drain')
  await clock.advance(5000)
  progress.enter('stop')
  await progress.track({ name: 'cache' }, async () => ({ name: 'cache', outcome: 'done', tookMs: 3 }))
  void progress.track({ name: 'db' }, never)
  await clock.advance(200)
  expect(progress.phases()).toEqual([
    { phase: 'drain', tookMs: 5000, hooks: [] },
    {
      phase: 'stop',
      tookMs: 200,
      hooks: [
        { name: 'cache', outcome: 'done', tookMs: 3 },
        { name: 'db', outcome: 'timed-out', tookMs: 200 },
      ],
    },
  ])
})

describe('for people', () => {
  test('the oldest work and the hooks', () => {
    const running = [{ name: 'api', phase: 'finish', ageMs: 5000 }] as const
    expect(describeProgress({ phase: 'finish', elapsedMs: 1, running, openCount: 9, open: requests(9) })).toBe(
      'finish; 9 in flight: api: GET /0 for 1s, api: GET /1 for 1s, api: GET /2 for 1s, api: GET /3 for 1s, api: GET /4 for 1s and 4 more; waiting for api for 5s',
    )
  })

  test('only the phase where nothing is open', () => {
    expect(describeProgress({ phase: 'drain', elapsedMs: 1, running: [], openCount: 0, open: [] })).toBe('drain')
  })
})

describe('while a shutdown lasts', () => {
  function saying(open: readonly OpenWork[]) {
    const clock = new ManualClock()
    const progress = new ShutdownProgress(clock)
    progress.follow(() => open)
    const lines: string[] = []
    const at = (level: string) => (_fields: object, text: string) => void lines.push(`${level} ${text}`)
    const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
    return { clock, progress, lines, end: sayProgress(progress, { clock, log, name: 'shop', totalMs: 25_000 }) }
  }

  test('a warning every 5 s says which work is still open, and none comes after its end', async () => {
    const { clock, progress, lines, end } = saying(requests(1))
    progress.enter('finish')
    void progress.track({ name: 'api' }, never)
    await clock.advance(4999)
    expect(lines).toEqual([])
    await clock.advance(5001)
    expect(lines).toEqual([
      'warn shop is shutting down for 5s, at most 20s more: finish; 1 in flight: api: GET /0 for 1s; waiting for api for 5s',
      'warn shop is shutting down for 10s, at most 15s more: finish; 1 in flight: api: GET /0 for 1s; waiting for api for 10s',
    ])
    end()
    expect(clock.pending).toBe(0)
  })

  test('nothing is said during the drain delay, nor in the first seconds after it, however long it is', async () => {
    for (const drainDelayMs of [5000, 5001, 7000, 12_000]) {
      const { clock, progress, lines, end } = saying(requests(1))
      progress.enter('announce')
      progress.enter('drain')
      await clock.advance(drainDelayMs)
      progress.enter('finish')
      await clock.advance(4999)
      expect(lines).toEqual([])
      await clock.advance(1)
      expect(lines).toEqual([expect.stringContaining('warn shop is shutting down')])
      end()
      expect(clock.pending).toBe(0)
    }
  })

  test('a component that does not stop is a warning, too', async () => {
    const { clock, progress, lines, end } = saying([])
    progress.enter('stop')
    void progress.track({ name: 'cache' }, never)
    await clock.advance(5000)
    expect(lines).toEqual(['warn shop is shutting down for 5s, at most 20s more: stop; waiting for cache for 5s'])
    end()
  })

  test('where nothing is in flight any more, the line says so, and is no warning', async () => {
    const { clock, progress, lines, end } = saying([])
    progress.enter('finish')
    void progress.track({ name: 'servers' }, never)
    await clock.advance(5000)
    expect(lines).toEqual([
      'info shop is shutting down for 5s, at most 20s more: finish; nothing in flight any more, not ended yet: servers (began 5s ago)',
    ])
    end()
  })

  test('a start that does not give up is told of', async () => {
    const { clock, lines, end } = saying([])
    await clock.advance(5000)
    expect(lines).toEqual([
      'info shop is shutting down for 5s, at most 20s more: start; waiting for the start to be given up',
    ])
    end()
  })
})
