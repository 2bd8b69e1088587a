import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FileWatch, type FileWatchOptions, type WatchedFiles } from '../../../src/config/reload/watch-files.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'

class ModelFiles implements WatchedFiles {
  content = 'first'
  failures: readonly string[] = []
  looks = 0
  follows = 0
  isClosed = false

  async fingerprint(): Promise<{ hash: string; blank: readonly string[] }> {
    this.looks++
    return { hash: this.content, blank: [] }
  }

  async follow(): Promise<readonly string[]> {
    this.follows++
    return this.failures
  }

  close(): void {
    this.isClosed = true
  }
}

async function started(options: Partial<FileWatchOptions> = {}) {
  const clock = new ManualClock()
  const files = new ModelFiles()
  const changes: string[] = []
  const pollOnly: string[] = []
  const watch = new FileWatch(
    files,
    { hash: 'first', blank: [] },
    {
      clock,
      tickMs: 100,
      maxUnstableMs: 5_000,
      pollMs: 10_000,
      onChange: () => changes.push(files.content),
      onPollOnly: (codes) => pollOnly.push(codes.join(' ')),
      ...options,
    },
  )
  await watch.start()
  await clock.advance(200)
  return { clock, files, changes, pollOnly, watch }
}

test('a change is told once it was the same for a tick, and once', async () => {
  const { clock, files, changes, watch } = await started()
  files.content = 'second'
  watch.touch()
  await clock.advance(99)
  expect(changes).toEqual([])
  await clock.advance(1)
  expect(changes).toEqual(['second'])
  watch.touch()
  await clock.advance(1_000)
  expect(changes).toEqual(['second'])
})

test('each event within the tick puts the change off by a tick', async () => {
  const { clock, files, changes, watch } = await started()
  for (const content of ['half', 'more', 'whole']) {
    files.content = content
    watch.touch()
    await clock.advance(60)
  }
  expect(changes).toEqual([])
  await clock.advance(200)
  expect(changes).toEqual(['whole'])
})

test('a content that goes and comes back within the tick is no change', async () => {
  const { clock, files, changes, watch } = await started()
  files.content = ''
  watch.touch()
  await clock.advance(50)
  files.content = 'first'
  watch.touch()
  await clock.advance(1_000)
  expect(changes).toEqual([])
})

test('a content that never stays the same is told after the longest wait', async () => {
  const { clock, files, changes, watch } = await started({ maxUnstableMs: 1_000 })
  for (let at = 0; at < 12; at++) {
    files.content = `version ${at}`
    watch.touch()
    await clock.advance(90)
  }
  expect(changes).toHaveLength(1)
})

test('what changes while a content is told that never stayed the same is told without an event, and all is watched again', async () => {
  let isLast = false
  const { clock, files, changes, watch } = await started({
    onChange: () => {
      changes.push(files.content)
      if (isLast) return
      isLast = true
      files.content = 'last'
    },
  })
  const follows = files.follows
  for (let at = 0; !isLast && at < 200; at++) {
    files.content = `version ${at}`
    watch.touch()
    await clock.advance(50)
  }
  expect(changes).toHaveLength(1)
  await clock.advance(300)
  expect(changes.at(-1)).toBe('last')
  expect(files.follows).toBeGreaterThan(follows)
})

test('without any event a change is found by the poll', async () => {
  const { clock, files, changes } = await started()
  files.content = 'second'
  await clock.advance(9_000)
  expect(changes).toEqual([])
  await clock.advance(1_100)
  expect(changes).toEqual(['second'])
})

test('that files can not be watched is told once, and again after they could be in between', async () => {
  const { clock, files, pollOnly, watch } = await started()
  files.failures = ['ENOSPC']
  watch.touch()
  await clock.advance(30_000)
  expect(pollOnly).toEqual(['ENOSPC'])
  files.failures = []
  await clock.advance(10_000)
  files.failures = ['EMFILE']
  await clock.advance(10_000)
  expect(pollOnly).toEqual(['ENOSPC', 'EMFILE'])
})

test('what the caller has seen by itself is not told', async () => {
  const { clock, files, changes, watch } = await started()
  files.content = 'second'
  watch.acknowledge({ hash: 'second', blank: [] })
  watch.touch()
  await clock.advance(20_000)
  expect(changes).toEqual([])
})

test('what was told and could not be read is told again, once; nothing where nothing is watched', async () => {
  const { clock, files, changes, watch } = await started()
  files.content = 'second'
  watch.touch()
  await clock.advance(200)
  watch.forget()
  await clock.advance(200)
  expect(changes).toEqual(['second', 'second'])
  watch.forget()
  await watch.close()
  await clock.advance(20_000)
  expect(changes).toHaveLength(2)

  const idle = new ModelFiles()
  new FileWatch(
    idle,
    { hash: 'first', blank: [] },
    {
      clock,
      tickMs: 100,
      maxUnstableMs: 5_000,
      pollMs: 10_000,
      onChange: () => expect.unreachable(),
      onPollOnly: () => {},
    },
  ).forget()
  await clock.advance(20_000)
  expect(idle.looks).toBe(0)
})

test('a closed watch leaves no timer, and looks at nothing', async () => {
  const { clock, files, changes, watch } = await started()
  files.content = 'second'
  watch.touch()
  await clock.advance(10)
  await watch.close()
  expect(clock.pending).toBe(0)
  const { looks } = files
  watch.touch()
  await clock.advance(60_000)
  expect([files.looks, files.isClosed, changes]).toEqual([looks, true, []])
})

test('whatever happens when, and with or without events, the last content is told last and looks are bounded', async () => {
  const step = fc.record({
    content: fc.constantFrom('first', 'a', 'b', 'c'),
    isHeard: fc.boolean(),
    thenMs: fc.integer({ min: 0, max: 400 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { clock, files, changes, watch } = await started()
      for (const { content, isHeard, thenMs } of steps) {
        files.content = content
        if (isHeard) watch.touch()
        await clock.advance(thenMs)
      }
      await clock.advance(11_000)
      expect(changes.at(-1) ?? 'first').toBe(files.content)
      // No content is told twice in a row.
      expect(changes.every((content, at) => content !== (changes[at - 1] ?? 'first'))).toBe(true)
      await watch.close()
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 60 },
  )
}, 30_000)
