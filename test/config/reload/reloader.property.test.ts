import { readdir, readlink } from 'node:fs/promises'
import { mkdir, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../../src/config/load-config.ts'
import { createReloader, type Reloader } from '../../../src/config/reload/reloader.ts'
import { temporaryFiles } from '../temporary-files.ts'
import { HeardLog } from './heard-log.ts'

const schema = z.object({ version: z.number().int(), echo: z.number().int() }).refine((v) => v.version === v.echo)
type Config = z.infer<typeof schema>

const TICK_MS = 20

const valid = (version: number): string => JSON.stringify({ version, echo: version })

const INVALID = [
  '{ "version": 1',
  '',
  '{ "version": "one", "echo": 1 }',
  '{ "version": 1, "echo": 1, "more": 1 }',
  '{ "version": 1, "echo": 2 }',
  '\u0000\u0001',
]

type Way = 'in place' | 'in two parts' | 'renamed' | 'older' | 'swapped' | 'deleted'
interface Step {
  readonly way: Way
  /** An index of {@link INVALID}, or a valid content. */
  readonly invalid: number | undefined
  /** Whether the reloader gets time to see it. */
  readonly isSeen: boolean
}

const steps = fc.array(
  fc.record<Step>({
    way: fc.constantFrom('in place', 'in two parts', 'renamed', 'older', 'swapped', 'deleted'),
    invalid: fc.option(fc.nat({ max: INVALID.length - 1 }), { nil: undefined, freq: 2 }),
    isSeen: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
)

/** A directory as a ConfigMap is mounted: the file is a link, and so is what it leads through. */
class Mount {
  readonly directory: string
  readonly file: string
  #version = 0

  constructor(directory: string) {
    this.directory = directory
    this.file = join(directory, 'app.json')
  }

  async swap(content: string): Promise<void> {
    const name = `..v${++this.#version}`
    await mkdir(join(this.directory, name))
    await writeFile(join(this.directory, name, 'app.json'), content)
    await symlink(name, join(this.directory, '..tmp'))
    const before = await readlink(join(this.directory, '..data')).catch(() => undefined)
    await rename(join(this.directory, '..tmp'), join(this.directory, '..data'))
    await symlink('..data/app.json', join(this.directory, 'link'))
    await rename(join(this.directory, 'link'), this.file)
    if (before !== undefined) await rm(join(this.directory, before), { recursive: true })
  }

  async replace(content: string, { isOld }: { readonly isOld: boolean }): Promise<void> {
    const path = join(this.directory, 'new')
    await writeFile(path, content)
    if (isOld) await utimes(path, 1, 1)
    await rename(path, this.file)
  }

  async write(way: Way, content: string): Promise<void> {
    switch (way) {
      case 'in place':
        return writeFile(this.file, content)
      case 'in two parts':
        await writeFile(this.file, content.slice(0, content.length / 2))
        return writeFile(this.file, content)
      case 'renamed':
      case 'older':
        return this.replace(content, { isOld: way === 'older' })
      case 'swapped':
        return this.swap(content)
      case 'deleted':
        return unlink(this.file).catch(() => {})
    }
  }
}

async function openDescriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length
}

/** Resolves when the reloader has decided about what is there now. */
async function settled(reloader: Reloader<Config>): Promise<void> {
  await reloader.reload('test')
}

test('whatever is written in whatever way, the last valid content is in force at the end, and nothing else ever was', async () => {
  const seenWatchers = new Set<number>()
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await using files = await temporaryFiles({})
      const mount = new Mount(files.directory)
      await mount.swap(valid(0))
      const log = new HeardLog()
      const committed: number[] = []
      await using reloader = await createReloader<Config>({
        load: () => loadConfig({ schema, files: [mount.file] }),
        debounce: TICK_MS,
        pollInterval: 250,
        log,
        subscribers: [{ name: 'seen', commit: ({ next }) => void committed.push(next.version) }],
      })
      await reloader.start()
      let isThere = true
      let expected = 0
      const writable = new Set([0])
      for (const [at, { way, invalid, isSeen }] of sequence.entries()) {
        const content = invalid === undefined ? valid(at + 1) : (INVALID[invalid] ?? '')
        await mount.write(way, content)
        isThere = way !== 'deleted'
        if (isThere && invalid === undefined) writable.add(at + 1)
        if (!isSeen && at < sequence.length - 1) continue
        await settled(reloader)
        // Between what was not looked at, any valid content may have been seen on the way.
        expected = isThere && invalid === undefined ? at + 1 : reloader.latest.version
        expect(reloader.latest.version).toBe(expected)
      }
      expect(reloader.state.lastReloadSuccessful).toBe(isThere && sequence.at(-1)?.invalid === undefined)
      expect(committed.every((version) => writable.has(version))).toBe(true)
      // In the order of writing: an older content never comes back.
      expect(committed).toEqual([...new Set(committed)].sort((a, b) => a - b))
      seenWatchers.add(reloader.watcherCount)
    }),
    { numRuns: 25 },
  )
  expect(Math.max(...seenWatchers)).toBeLessThan(6)
}, 60_000)

test('by the watch alone, too, the last valid content is in force at the end', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await using files = await temporaryFiles({})
      const mount = new Mount(files.directory)
      await mount.swap(valid(0))
      const log = new HeardLog()
      await using reloader = await createReloader<Config>({
        load: () => loadConfig({ schema, files: [mount.file] }),
        debounce: TICK_MS,
        // An hour: events alone must do.
        pollInterval: '1h',
        log,
      })
      await reloader.start()
      for (const [at, { way, invalid }] of sequence.entries()) {
        await mount.write(way, invalid === undefined ? valid(at + 1) : (INVALID[invalid] ?? ''))
      }
      await mount.replace(valid(1_000), { isOld: true })
      for (let count = 1; reloader.latest.version !== 1_000; count++) await log.heard('config.reloaded', count)
      expect(reloader.state.lastReloadSuccessful).toBe(true)
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('a thousand swaps while the configuration is read: always a whole one, no more watchers or descriptors at the end', async () => {
  await using files = await temporaryFiles({})
  const mount = new Mount(files.directory)
  await mount.swap(valid(0))
  const log = new HeardLog()
  await using reloader = await createReloader<Config>({
    load: () => loadConfig({ schema, files: [mount.file] }),
    debounce: 10,
    maxDebounce: 100,
    pollInterval: '1h',
    log,
  })
  await reloader.start()
  await settled(reloader)
  const watchers = reloader.watcherCount
  const descriptors = await openDescriptors()

  const generations = new Set<number>()
  for (let at = 1; at <= 1_000; at++) {
    const invalid = at % 3 === 0 ? INVALID[at % INVALID.length] : undefined
    const ways: readonly Way[] = ['swapped', 'older', 'in place', 'renamed']
    await mount.write(at % 17 === 0 ? 'deleted' : (ways[at % ways.length] ?? 'swapped'), invalid ?? valid(at))
    if (at % 50 === 0) await settled(reloader)
    reloader.run(() => {
      const { value, generation } = reloader.snapshot
      if (value.version !== value.echo) expect.unreachable()
      generations.add(generation)
    })
  }
  await mount.swap(valid(1_001))
  for (let count = 1; reloader.latest.version !== 1_001; count++) await log.heard('config.reloaded', count)
  expect(generations.size).toBeGreaterThan(10)
  // The last steps of the swap are still being looked at: until then, what they touched is not watched.
  await expect.poll(() => reloader.watcherCount).toBe(watchers)
  expect(await openDescriptors()).toBeLessThanOrEqual(descriptors)
}, 60_000)
