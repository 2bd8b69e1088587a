import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type RunningShop, startShop } from './start-shop.ts'

/** Longer than one press of Ctrl-C can echo, see src/lifecycle/signals.ts. */
const BETWEEN_PRESSES_MS = 250

/** What the components did since the start, in order. */
function deeds({ errorLines }: RunningShop): readonly string[] {
  return errorLines.filter((line) => !line.endsWith(' start') && !line.startsWith('request '))
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: everything ends in its order, and the exit code is 0',
  async (signal) => {
    await using shop = await startShop()
    shop.kill(signal)
    expect(await shop.exit).toEqual({ code: 0, signal: null })
    expect(shop.errorLines).toEqual(['files start', 'db start', 'outbox end', 'db stop', 'files stop'])
    expect(shop.report()).toMatchObject({ reason: signal, clean: true, laggards: [], aborted: [] })
    expect(shop.log().at(-1)?.msg).toMatch(/^shop stopped in .*everything ended by itself$/)
  },
)

test('the report is in the termination log, too, where kubectl shows it', async () => {
  await using shop = await startShop()
  shop.kill('SIGTERM')
  await shop.exit
  const [summary, figures] = shop.terminationLog().split('\n')
  expect(summary).toBe(shop.log().at(-1)?.msg)
  expect(JSON.parse(figures ?? '')).toEqual(shop.report())
})

describe('a drain', () => {
  test('answers what is in flight, serves new requests until it is over, and says that connections close', async () => {
    await using shop = await startShop({ DRAIN: '500ms' })
    const { url } = shop
    const inFlight = fetch(`${url}/?waitMs=700`)
    await shop.line('request /?waitMs=700')
    shop.kill('SIGTERM')
    await shop.line('shop received SIGTERM')
    const during = await fetch(`${url}/?waitMs=0`)
    expect(during.headers.get('connection')).toBe('close')
    expect(await during.text()).toBe('answered after 0')

    const answer = await inFlight
    expect(answer.headers.get('connection')).toBe('close')
    expect(await answer.text()).toBe('answered after 700')
    expect(await shop.exit).toEqual({ code: 0, signal: null })
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    expect(shop.report()).toMatchObject({
      clean: true,
      aborted: [],
      // The one in flight, and the one that came while the drain lasted.
      counts: { answeredInDrain: 2, aborted: 0 },
      figures: { api: { answeredInDrain: 2 } },
    })
  })

  test('fails readiness at once, while liveness stays', async () => {
    await using shop = await startShop({ DRAIN: '500ms' })
    const { adminUrl } = shop
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200)
    shop.kill('SIGTERM')
    await shop.line('shop received SIGTERM')
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(503)
    expect((await fetch(`${adminUrl}/livez`)).status).toBe(200)
    expect(await shop.exit).toEqual({ code: 0, signal: null })
  })

  test('cuts a request that outlasts its slice, names it, and exits with 1; the resources still stop', async () => {
    await using shop = await startShop()
    const request = fetch(`${shop.url}/?waitMs=30000`).catch((error: unknown) => error)
    await shop.line('request /?waitMs=30000')
    shop.kill('SIGTERM')
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(await request).toBeInstanceOf(TypeError)
    expect(shop.report()).toMatchObject({ clean: false, aborted: [expect.stringMatching(/^api: GET \/ after/)] })
    expect(deeds(shop)).toEqual(['outbox end', 'db stop', 'files stop'])
  })
})

describe('a resource whose stop', () => {
  test.each([
    ['hangs', 'timed-out'],
    ['throws', 'failed'],
  ])('%s is named; what it needs stops all the same, and the exit code is 1', async (way, outcome) => {
    await using shop = await startShop({ DB_STOP: way })
    shop.kill('SIGTERM')
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(deeds(shop)).toEqual(['outbox end', 'db stop', 'files stop'])
    expect(shop.report()).toMatchObject({ clean: false, laggards: [{ name: 'db', phase: 'stop', outcome }] })
    expect(shop.log().at(-1)?.msg).toContain(outcome === 'failed' ? 'db failed after' : 'db did not stop within')
    expect(shop.log().at(-1)?.level).toBe('error')
  })

  test('is slow, but ends in its slice, is waited for', async () => {
    await using shop = await startShop({ DB_STOP: 'slow' })
    shop.kill('SIGTERM')
    expect(await shop.exit).toEqual({ code: 0, signal: null })
    expect(deeds(shop)).toEqual(['outbox end', 'db stop', 'db stop done', 'files stop'])
  })

  test('hangs, and the next one as well: both are named, and the process still ends', async () => {
    await using shop = await startShop({ DB_STOP: 'hangs', FILES_STOP: 'hangs' })
    shop.kill('SIGTERM')
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(shop.report()).toMatchObject({ laggards: [{ name: 'db' }, { name: 'files' }] })
  })
})

test('a task that does not end is named, holds nobody up beyond its slice, and the exit code is 1', async () => {
  await using shop = await startShop({ TASK: 'hangs' })
  shop.kill('SIGTERM')
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  expect(shop.report()).toMatchObject({ laggards: [{ name: 'outbox', phase: 'finish' }], aborted: ['task "outbox"'] })
  expect(deeds(shop)).toEqual(['outbox end', 'db stop', 'files stop'])
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)(
  'a second signal, %s, ends the process at once with %i, and the report has what that cut',
  async (signal, code) => {
    await using shop = await startShop({ DRAIN: '30s' })
    void fetch(`${shop.url}/?waitMs=30000`).catch(() => {})
    await shop.line('request /?waitMs=30000')
    shop.kill('SIGTERM')
    await shop.line('shop received SIGTERM')
    await wait(BETWEEN_PRESSES_MS)
    shop.kill(signal)
    expect(await shop.exit).toEqual({ code, signal: null })
    expect(shop.log().at(-1)).toMatchObject({
      level: 'error',
      msg: expect.stringContaining(`(SIGTERM): a second signal, ${signal}: left at once`) as string,
      shutdown: {
        exitCode: code,
        clean: false,
        aborted: [expect.stringMatching(/^api: GET \/ after /) as string],
        phases: { drain: expect.any(Number) as number },
      },
    })
    expect(JSON.parse(shop.terminationLog().split('\n')[1] ?? '')).toEqual(shop.report())
    // Told to end when the shutdown was announced; nothing was stopped.
    expect(deeds(shop)).toEqual(['outbox end'])
  },
)

describe('what fails while the service runs takes the whole way down, and the exit code is 1', () => {
  test.each([
    ['a listener', { TROUBLE: 'listener' }, '"api" failed', 'the listener broke'],
    ['an uncaught exception', { TROUBLE: 'exception' }, 'uncaught exception', 'nobody caught this'],
    ['an unhandled rejection', { TROUBLE: 'rejection' }, 'uncaught exception', 'nobody handled this'],
  ])('%s', async (_what, env, reason, error) => {
    await using shop = await startShop(env)
    shop.kill('SIGUSR2')
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(deeds(shop)).toEqual(['outbox end', 'db stop', 'files stop'])
    expect(shop.report()).toMatchObject({ reason, error: expect.stringContaining(error) as string })
    const told = shop.log().find(({ err }) => (err as Error | undefined)?.message.includes(error))
    expect(told?.level).toMatch(/error|fatal/)
  })

  test('a task that rejects', async () => {
    await using shop = await startShop({ TROUBLE: 'task' })
    shop.kill('SIGUSR2')
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(deeds(shop)).toEqual(['db stop', 'files stop'])
    expect(shop.report()).toMatchObject({ reason: '"outbox" failed', error: 'the relay broke' })
  })
})

test('what fails while the shutdown already runs is in its report, stops nothing, and the exit code is 1', async () => {
  await using shop = await startShop({ DB_STOP: 'crashes' })
  shop.kill('SIGTERM')
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  expect(deeds(shop)).toEqual(['outbox end', 'db stop', 'files stop'])
  expect(shop.report()).toMatchObject({
    reason: 'SIGTERM',
    clean: false,
    failures: ['uncaught exception: db crashed at stop'],
  })
})

test('what fails too late for the report makes the exit code 1 all the same', async () => {
  await using shop = await startShop({ FILES_STOP: 'crashes late' })
  shop.kill('SIGTERM')
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  expect(shop.log().map(({ msg }) => msg)).toContain('shop: uncaught exception')
})
