import { mkdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { DirectoryWatchers, MAX_WATCHERS } from '../../../src/config/reload/directory-watchers.ts'
import { temporaryFiles } from '../temporary-files.ts'

/** Watches nothing: says what it is asked, and what a test tells it to. */
class ToldWatchers {
  readonly opened: string[] = []
  readonly closed: string[] = []
  readonly events = new Map<string, (name: string | null) => void>()
  readonly errors = new Map<string, (error: Error) => void>()
  failure: string | undefined

  watch = (directory: string, onEvent: (name: string | null) => void) => {
    if (this.failure !== undefined) throw Object.assign(new Error('no'), { code: this.failure })
    this.opened.push(directory)
    this.events.set(directory, onEvent)
    return {
      close: () => void this.closed.push(directory),
      on: (_: string, listener: (error: Error) => void) => void this.errors.set(directory, listener),
    }
  }
}

function told() {
  const fake = new ToldWatchers()
  let events = 0
  const watchers = new DirectoryWatchers(fake.watch, () => void events++)
  return { fake, watchers, count: () => events }
}

test('only names that matter are heard, and an event without a name', async () => {
  await using files = await temporaryFiles({})
  const { fake, watchers, count } = told()
  await watchers.follow(new Map([[files.directory, new Set(['a.yaml'])]]))
  const tell = fake.events.get(files.directory)
  tell?.('b.yaml')
  expect(count()).toBe(0)
  tell?.('a.yaml')
  expect(count()).toBe(1)
})

test('what is watched already is not watched anew; what matters no more is closed', async () => {
  await using files = await temporaryFiles({ 'in/a': '' })
  const { fake, watchers } = told()
  const both = new Map([
    [files.directory, new Set(['in'])],
    [files.path('in'), new Set(['a'])],
  ])
  await watchers.follow(both)
  await watchers.follow(both)
  expect(fake.opened).toEqual([files.directory, files.path('in')])
  await watchers.follow(new Map([[files.directory, new Set(['in'])]]))
  expect(fake.closed).toEqual([files.path('in')])
  watchers.close()
  expect(watchers.count).toBe(0)
})

test('a directory that something happened to is watched anew, though it looks like the old one', async () => {
  await using files = await temporaryFiles({ 'in/a': '' })
  const { fake, watchers } = told()
  const both = new Map([
    [files.directory, new Set(['in'])],
    [files.path('in'), new Set(['a'])],
  ])
  await watchers.follow(both)
  fake.events.get(files.directory)?.('in')
  expect(fake.closed).toEqual([files.path('in')])
  await watchers.follow(both)
  expect(fake.opened).toEqual([files.directory, files.path('in'), files.path('in')])
})

test.each([
  ['by its own name, as when it was deleted or renamed', 'conf'],
  ['without a name', null],
])('a directory that is told of %s is watched anew', async (_what, name) => {
  await using files = await temporaryFiles({ 'conf/a': '' })
  const { fake, watchers } = told()
  const places = new Map([[files.path('conf'), new Set(['a'])]])
  await watchers.follow(places)
  fake.events.get(files.path('conf'))?.(name)
  expect(fake.closed).toEqual([files.path('conf')])
  await watchers.follow(places)
  expect(fake.opened).toEqual([files.path('conf'), files.path('conf')])
})

test('what can not be watched is told by its code and tried again; a directory that is not there is no failure', async () => {
  await using files = await temporaryFiles({})
  const { fake, watchers } = told()
  const places = new Map([
    [files.directory, new Set(['a'])],
    [files.path('none'), new Set(['a'])],
  ])
  fake.failure = 'ENOSPC'
  expect(await watchers.follow(places)).toEqual(['ENOSPC'])
  fake.failure = undefined
  expect(await watchers.follow(places)).toEqual([])
  expect(watchers.count).toBe(1)
})

test('a watcher that reports an error is closed, and somebody looks', async () => {
  await using files = await temporaryFiles({})
  const { fake, watchers, count } = told()
  await watchers.follow(new Map([[files.directory, new Set(['a'])]]))
  fake.errors.get(files.directory)?.(new Error('gone'))
  expect([watchers.count, fake.closed.length, count()]).toEqual([0, 1, 1])
})

test('there are never more watchers than the bound', async () => {
  await using files = await temporaryFiles({})
  const places = new Map<string, ReadonlySet<string>>()
  for (let at = 0; at <= MAX_WATCHERS; at++) {
    await mkdir(files.path(`d${at}`))
    places.set(files.path(`d${at}`), new Set(['a']))
  }
  const { watchers } = told()
  expect(await watchers.follow(places)).toEqual(['too many directories'])
  expect(watchers.count).toBe(MAX_WATCHERS)
})
