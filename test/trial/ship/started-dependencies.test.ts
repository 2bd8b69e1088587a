import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { DependencyStart } from '../../../src/trial/declared/declared.ts'
import { StartedDependencies } from '../../../src/trial/ship/started-dependencies.ts'
import { environmentOf, service } from './launched.ts'

const SHOWS: DependencyStart = {
  command: service('shows-environment', '{port}'),
  address: 'http://127.0.0.1:{port}/v1',
  env: { PORT: '{port}', DATA: '{tmp}/data' },
}

function start(...dependencies: Parameters<typeof StartedDependencies.start>[0]['dependencies']) {
  return StartedDependencies.start({
    dependencies,
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], FROM_OUTSIDE: 'yes' },
    clock: systemClock,
    signal: new AbortController().signal,
    say: () => {},
  })
}

test('a dependency listens on a free port, keeps its data in a folder of its own, and is gone afterwards', async () => {
  const started = await start(
    { name: 'stock', variable: 'STOCK_URL', start: SHOWS },
    { name: 'db', variable: 'DB_HOST', portVariable: 'DB_PORT', start: { ...SHOWS, address: '127.0.0.1:{port}' } },
    { name: 'there', variable: 'THERE_URL' },
  )
  const { env } = started
  expect(env).toEqual({
    STOCK_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
    DB_HOST: '127.0.0.1',
    DB_PORT: expect.stringMatching(/^\d+$/),
  })
  const port = Number(new URL(env['STOCK_URL'] ?? '').port)
  const seen = await environmentOf('127.0.0.1', port)
  expect(seen).toMatchObject({ PORT: String(port), FROM_OUTSIDE: 'yes' })
  const folder = (seen['DATA'] ?? '').replace(/\/data$/, '')
  expect(existsSync(folder)).toBe(true)
  await started[Symbol.asyncDispose]()
  expect(started.ended).toEqual([])
  expect(existsSync(folder)).toBe(false)
  await expect(environmentOf('127.0.0.1', port)).rejects.toThrow('fetch failed')
})

test('one that ends before it listens is told with what it said, and those before it are ended', async () => {
  const crash: DependencyStart = {
    ...SHOWS,
    command: [process.execPath, '-e', 'console.log("no licence"); process.exit(4)'],
  }
  const starting = start(
    { name: 'stock', variable: 'STOCK_URL', start: SHOWS },
    { name: 'payments', variable: 'PAYMENTS_URL', start: crash },
  )
  await expect(starting).rejects.toMatchObject({
    code: 'SEA_PROCESS_NOT_STARTED',
    message: expect.stringMatching(
      /^The dependency "payments" ended with code 4 before it took a connection on port \d+\. Its last lines:\n {2}no licence$/,
    ),
  })
})

test('one that ends by itself later is told of', async () => {
  const script = 'require("net").createServer(() => process.exit(3)).listen(process.env.PORT)'
  await using started = await start({
    name: 'stock',
    variable: 'STOCK_URL',
    // The connection by which it is seen to listen is what ends it.
    start: { ...SHOWS, command: [process.execPath, '-e', script] },
  })
  await expect.poll(() => started.ended).toEqual(['The dependency "stock" ended by itself, with code 3'])
})
