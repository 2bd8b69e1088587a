import { createServer } from 'node:net'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { launchShop } from './start-shop.ts'

/** A port that somebody else has. */
async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return {
    port: String(address.port),
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

test('a resource that throws: what had started is stopped again, the report says why, and the exit code is 1', async () => {
  await using shop = launchShop({ DB_START: 'throws' })
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  expect(shop.errorLines).toEqual(['files start', 'db start', 'files stop'])
  expect(shop.report()).toMatchObject({
    reason: 'the start failed',
    error: '"db" did not start: db cannot start',
  })
  const [summary] = shop.terminationLog().split('\n')
  expect(summary).toContain('the start failed: "db" did not start: db cannot start')
})

test('a resource that hangs: the start ends at its deadline and names it', async () => {
  await using shop = launchShop({ DB_START: 'hangs', START_TIMEOUT: '300ms' })
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  expect(shop.errorLines).toEqual(['files start', 'db start', 'files stop'])
  expect(shop.report()).toMatchObject({
    error: expect.stringMatching(/^"db" did not start within what was left of the total start deadline/) as string,
  })
})

test('a task that fails before the service is ready: the same way back', async () => {
  await using shop = launchShop({ TASK: 'rejects' })
  expect(await shop.exit).toEqual({ code: 1, signal: null })
  expect(shop.errorLines).toEqual(['files start', 'db start', 'db stop', 'files stop'])
  expect(shop.report()).toMatchObject({ error: 'the relay broke' })
})

describe('a port that is taken: one clear error, a roll-back, exit code 1', () => {
  test('the listener’s', async () => {
    await using taken = await takenPort()
    await using shop = launchShop({ PORT: taken.port })
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(shop.report()['error']).toContain(taken.port)
    expect(shop.errorLines).toEqual(expect.arrayContaining(['db stop', 'files stop']))
  })

  test('the admin server’s', async () => {
    await using taken = await takenPort()
    await using shop = launchShop({ SEAWORTHY_ADMIN_PORT: taken.port })
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(shop.report()['error']).toContain(taken.port)
    expect(shop.errorLines).toEqual([])
  })
})

describe('a configuration that is refused: nothing starts, every problem is told at once, exit code 2', () => {
  test.each([
    ['a value of the schema', { DISCOUNT_RATIO: '7' }, ['discountRatio']],
    ['a variable of Seaworthy', { SEAWORTHY_GRACE_SECONDS: 'long' }, ['SEAWORTHY_GRACE_SECONDS']],
    [
      'a variable of OpenTelemetry',
      { OTEL_SDK_DISABLED: '', OTEL_EXPORTER_OTLP_PROTOCOL: 'nonsense' },
      ['OTEL_EXPORTER_OTLP_PROTOCOL', 'nonsense'],
    ],
    ['a budget over the grace period', { SEAWORTHY_GRACE_SECONDS: '1' }, ['grace period of 1s']],
    [
      'all of them together',
      { DISCOUNT_RATIO: '7', SEAWORTHY_GRACE_SECONDS: 'long', SEAWORTHY_ADMIN_PORT: '-1' },
      ['discountRatio', 'SEAWORTHY_GRACE_SECONDS', 'SEAWORTHY_ADMIN_PORT'],
    ],
  ])('%s', async (_what, env, told) => {
    await using shop = launchShop(env)
    expect(await shop.exit).toEqual({ code: 2, signal: null })
    const text = shop.errorLines.join('\n')
    expect(text).toContain('shop did not start [')
    for (const each of told) expect(text).toContain(each)
    expect(text).not.toContain('files start')
    expect(text).not.toMatch(/^ {4}at /m)
    expect(shop.lines).toEqual([])
  })
})

describe('SIGTERM during the start', () => {
  test('gives up what does not come up at the end of its slice, names it, and stops what had started', async () => {
    await using shop = launchShop({ DB_START: 'hangs', START_TIMEOUT: '1h' })
    await shop.line('db start')
    shop.kill('SIGTERM')
    expect(await shop.exit).toEqual({ code: 1, signal: null })
    expect(shop.errorLines).toEqual(['files start', 'db start', 'files stop'])
    expect(shop.report()).toMatchObject({ reason: 'SIGTERM', laggards: [{ name: 'db', phase: 'stop' }] })
  })

  test('waits in its slice for a resource that still comes up, and stops it: exit code 0', async () => {
    await using shop = launchShop({ DB_START: 'slow', START_TIMEOUT: '1h' })
    await shop.line('db start')
    shop.kill('SIGTERM')
    expect(await shop.exit).toEqual({ code: 0, signal: null })
    expect(shop.errorLines).toEqual(['files start', 'db start', 'db start done', 'db stop', 'files stop'])
  })

  test('in its very first moment ends the process cleanly, too, and says so', async () => {
    await using shop = launchShop({ TROUBLE: 'at once' })
    expect(await shop.exit).toEqual({ code: 0, signal: null })
    expect(shop.errorLines.filter((line) => line.endsWith(' start'))).toEqual(
      shop.errorLines
        .filter((line) => line.endsWith(' stop'))
        .map((line) => line.replace('stop', 'start'))
        .toReversed(),
    )
    expect(shop.log().at(-1)?.msg).toMatch(/^shop stopped in/)
  })

  test('twice ends the process at once', async () => {
    await using shop = launchShop({ DB_START: 'hangs', FILES_STOP: 'hangs' })
    await shop.line('db start')
    shop.kill('SIGTERM')
    await shop.line('files stop')
    await wait(250)
    shop.kill('SIGTERM')
    expect(await shop.exit).toEqual({ code: 143, signal: null })
  })
})

describe('the budget of the shutdown is worked out at boot, and told in the log', () => {
  test('one that fits: at debug, as an equation, with where each number came from', async () => {
    await using shop = launchShop({ SEAWORTHY_LOG_LEVEL: 'debug', SEAWORTHY_GRACE_SECONDS: '30' })
    const line = await shop.line('shutdown budget')
    expect(JSON.parse(line)).toMatchObject({
      level: 'debug',
      msg: expect.stringMatching(/^shutdown budget: preStop 0ms \+ drainDelay 100ms \+ .* ≤ 30s$/) as string,
      budget: { graceMs: 30_000, origins: { grace: { from: 'variable', name: 'SEAWORTHY_GRACE_SECONDS' } } },
    })
  })

  test('one that exceeds what the platform gives by default: a warning, and the service starts', async () => {
    await using shop = launchShop({ K_SERVICE: 'shop', K_REVISION: 'shop-1', SEAWORTHY_DRAIN_DELAY: '9s' })
    expect(JSON.parse(await shop.line('Cloud Run gives by default'))).toMatchObject({ level: 'warn' })
    await shop.line('shop is ready')
  })
})
