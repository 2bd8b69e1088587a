import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { problemOfSubscriber } from '../../../src/config/reload/check-subscriber.ts'
import type { ConfigSubscriber } from '../../../src/config/reload/config-subscriber.ts'
import { createReloader } from '../../../src/config/reload/reloader.ts'

const FILES = [resolve('rules.json')]
const commit = (): void => {}

describe('a subscriber that could never be asked, or does nothing, is refused', () => {
  test.each<[string, unknown, string]>([
    ['a function, which types let pass', commit, 'is a function, expected an object with a name and prepare, commit'],
    ['nothing', null, 'is null'],
    ['one without a name', { commit }, 'has no name'],
    ['one without a step', { name: 'pool' }, '"pool" has none of prepare, commit or rollback'],
    ['a step that is no function', { name: 'pool', commit: 'now' }, '"pool": "commit" is no function'],
    ['paths that are no list', { name: 'pool', paths: 'database', commit }, '"paths" and "files" are lists of texts'],
    ['a path with an empty part', { name: 'pool', paths: ['a', 'b..c'], commit }, '"paths" has "b..c", expected keys'],
    ['a file that is not watched', { name: 'pool', files: ['rule.json'], commit }, '"files" has "rule.json", which'],
  ])('%s', async (_what, subscriber, message) => {
    expect(problemOfSubscriber(subscriber, FILES)).toContain(message)
    const options = { load: () => ({ value: {} }), watch: false, files: FILES }
    await using reloader = await createReloader(options)
    expect(() => reloader.subscribe(subscriber as ConfigSubscriber<object>)).toThrow(
      expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining(message) as string }),
    )
    await expect(
      createReloader({ ...options, subscribers: [subscriber as ConfigSubscriber<object>] }),
    ).rejects.toMatchObject({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.stringContaining(message) as string,
    })
  })
})

test('one that can be asked is none, an instance of a class with more on it among them', () => {
  class Pool {
    readonly name = 'pool'
    readonly size = 3
    readonly files = ['rules.json']
    readonly paths = ['database.*', '**.timeout']
    commit(): void {}
  }
  expect(problemOfSubscriber(new Pool(), FILES)).toBeUndefined()
  expect(problemOfSubscriber({ name: 'a', rollback: commit }, [])).toBeUndefined()
})

test('a check of the trial without a function is refused', async () => {
  const checks = [{ name: 'ready' } as unknown as { name: string; check: () => boolean }]
  await expect(createReloader({ load: () => ({ value: {} }), postCheck: { checks } })).rejects.toMatchObject({
    code: 'SEA_OPTIONS_INVALID',
    message: expect.stringContaining('"checks[0]" is no check') as string,
  })
})
