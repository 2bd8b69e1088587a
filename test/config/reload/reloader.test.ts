import { mkdir, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../../src/config/load-config.ts'
import { createReloader, type Reloader } from '../../../src/config/reload/reloader.ts'
import type { ConfigUpdate } from '../../../src/config/reload/config-subscriber.ts'
import type { ReloaderOptions } from '../../../src/config/reload/reloader-options.ts'
import { toSecret } from '../../../src/config/secret.ts'
import { temporaryFiles } from '../temporary-files.ts'
import { HeardLog } from './heard-log.ts'

const schema = z.object({
  level: z.enum(['info', 'debug', 'trace']),
  limit: z.number().int().positive().default(10),
  password: z.string().transform(toSecret).optional(),
  port: z.number().default(8080),
})
type Config = z.infer<typeof schema>

interface Running extends AsyncDisposable {
  readonly reloader: Reloader<Config>
  readonly log: HeardLog
}

const QUICK = { debounce: 20, pollInterval: '1h' } as const

async function watching(
  files: readonly string[],
  more: Partial<ReloaderOptions<Config>> & { readonly env?: Record<string, string> } = {},
): Promise<Running> {
  const log = new HeardLog()
  const { env = {}, ...options } = more
  const reloader = await createReloader<Config>({
    load: () => loadConfig({ schema, files, env }),
    log,
    ...QUICK,
    ...options,
  })
  await reloader.start()
  return { reloader, log, [Symbol.asyncDispose]: () => reloader.close() }
}

/** As an editor does it: a new file takes the place of the old. */
async function renameWrite(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
}

test('a file that is renamed over another, again and again, is seen each time', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  await using running = await watching([files.path('a.yaml')])
  for (let round = 1; round <= 3; round++) {
    await renameWrite(files.path('a.yaml'), `level: debug\nlimit: ${round}\n`)
    await running.log.heard('config.reloaded', round)
    expect(running.reloader.current).toMatchObject({ level: 'debug', limit: round })
    expect(running.reloader.state.generation).toBe(round + 1)
  }
})

test('a file that is written in place is seen', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  await using running = await watching([files.path('a.yaml')])
  await writeFile(files.path('a.yaml'), 'level: trace\n')
  expect(await running.log.heard('config.reloaded')).toMatchObject({
    level: 'info',
    fields: { generation: 2, trigger: 'files changed', changes: ['level'] },
  })
})

async function mapVersion(directory: string, version: number, content: string): Promise<void> {
  await mkdir(join(directory, `..v${version}`))
  await writeFile(join(directory, `..v${version}`, 'app.yaml'), content)
  await symlink(`..v${version}`, join(directory, '..data_tmp'))
  await rename(join(directory, '..data_tmp'), join(directory, '..data'))
  if (version > 1) await rm(join(directory, `..v${version - 1}`), { recursive: true })
}

test('the swaps of a ConfigMap are seen, each of them, with no more watchers than before; so is an edit behind the link', async () => {
  await using files = await temporaryFiles({})
  await mapVersion(files.directory, 1, 'level: info\n')
  await symlink('..data/app.yaml', files.path('app.yaml'))
  await using running = await watching([files.path('app.yaml')])
  const watchers = running.reloader.watcherCount
  expect(watchers).toBeGreaterThan(1)
  for (let version = 2; version <= 6; version++) {
    await mapVersion(files.directory, version, `level: info\nlimit: ${version}\n`)
    await running.log.heard('config.reloaded', version - 1)
    expect(running.reloader.current.limit).toBe(version)
  }
  await writeFile(files.path('..v6/app.yaml'), 'level: info\nlimit: 77\n')
  await running.log.heard('config.reloaded', 6)
  expect(running.reloader.current.limit).toBe(77)
  expect(running.reloader.watcherCount).toBe(watchers)
})

test('a file that goes away leaves the last good configuration, and its return is seen, with an older time as well', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  const path = files.path('a.yaml')
  await using running = await watching([path])
  await unlink(path)
  const refused = await running.log.heard('config.rejected')
  expect(refused).toMatchObject({ level: 'error', fields: { generation: 1 } })
  expect(refused.message).toContain('there is no such file')
  expect(running.reloader.current.level).toBe('info')
  expect(running.reloader.state.lastReloadSuccessful).toBe(false)

  await writeFile(`${path}.new`, 'level: debug\n')
  await utimes(`${path}.new`, 1, 1)
  await rename(`${path}.new`, path)
  await running.log.heard('config.reloaded')
  expect(running.reloader.current.level).toBe('debug')
  expect(running.reloader.state).toMatchObject({ lastReloadSuccessful: true, lastRejection: undefined })
})

test('a directory that is replaced as a whole is seen, and so is one that comes later', async () => {
  await using files = await temporaryFiles({ 'conf/a.yaml': 'level: info\n', 'conf.new/a.yaml': 'level: debug\n' })
  const later = files.path('later/on/b.yaml')
  const log = new HeardLog()
  await using reloader = await createReloader({
    load: () => loadConfig({ schema, files: [files.path('conf/a.yaml'), { path: later, optional: true }] }),
    log,
    ...QUICK,
  })
  await reloader.start()
  await rename(files.path('conf'), files.path('conf.old'))
  await rename(files.path('conf.new'), files.path('conf'))
  await log.heard('config.reloaded', 1)
  expect(reloader.current.level).toBe('debug')
  await renameWrite(files.path('conf/a.yaml'), 'level: trace\n')
  await log.heard('config.reloaded', 2)

  await mkdir(files.path('later/on'), { recursive: true })
  await writeFile(later, 'limit: 3\n')
  await log.heard('config.reloaded', 3)
  expect(reloader.current).toMatchObject({ level: 'trace', limit: 3 })
})

test('a secret in a file of a variable is rotated, and shown nowhere', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n', password: 'hunter2-old\n' })
  const env = { PASSWORD_FILE: files.path('password') }
  await using running = await watching([files.path('a.yaml')], { env })
  const { hash } = running.reloader.state
  await renameWrite(files.path('password'), 'hunter2-new\n')
  await running.log.heard('config.reloaded')
  expect(running.reloader.current.password?.reveal()).toBe('hunter2-new')
  expect(running.reloader.state.files).toEqual([files.path('a.yaml'), files.path('password')])
  // What others write of it, such as the record of a crash, has it not either.
  expect(running.reloader.scrub('login with hunter2-new failed')).toBe('login with [secret] failed')
  // Neither can it be guessed from the hash.
  expect(running.reloader.state.hash).toBe(hash)
  const shown = JSON.stringify([running.log.lines, running.reloader.state, running.reloader.explain()])
  expect(shown).not.toContain('hunter2')
})

test.each([
  ['empty', '', 'is empty and was not before'],
  ['blank', ' \n\n', 'is empty and was not before'],
  ['truncated', 'level: "inf', 'a.yaml:1'],
  ['without a required key', 'limit: 3\n', 'level (not set)'],
  ['of a wrong type', 'level: info\nlimit: many\n', 'limit = "many"'],
  ['with an unknown key', 'level: info\nlimt: 3\n', 'Did you mean "limit"?'],
  ['too large', `level: info\n# ${'x'.repeat(1024 * 1024)}\n`, 'is larger than'],
  ['binary', new Uint8Array([0xff, 0xfe, 0x00, 0x80]), 'is not UTF-8'],
])(
  'a file that is %s is refused with its reason, and the last good configuration stays',
  async (_, content, reason) => {
    await using files = await temporaryFiles({ 'a.yaml': 'level: info\nlimit: 4\n' })
    await using running = await watching([files.path('a.yaml')])
    const before = running.reloader.snapshot
    await writeFile(files.path('a.yaml.new'), content)
    await rename(files.path('a.yaml.new'), files.path('a.yaml'))
    const { message, fields } = await running.log.heard('config.rejected')
    expect(message).toContain(reason)
    expect(fields['reason']).toContain(reason)
    expect(running.reloader.snapshot).toBe(before)
    expect(running.reloader.state.lastRejection?.reason).toContain(reason)
  },
)

test('a file that turns into a directory is refused', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  await using running = await watching([files.path('a.yaml')])
  await unlink(files.path('a.yaml'))
  await mkdir(files.path('a.yaml'))
  await running.log.heard('config.rejected')
  const again = await running.reloader.reload('SIGHUP')
  expect(again).toMatchObject({ outcome: 'rejected', generation: 1, trigger: 'SIGHUP' })
  expect(again.reason).toContain('is a directory')
})

test('where nothing tells of changes, the content is compared by itself', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  const log = new HeardLog()
  const { FilesOnDisk } = await import('../../../src/config/reload/files-on-disk.ts')
  const { FileWatch } = await import('../../../src/config/reload/watch-files.ts')
  const { systemClock } = await import('../../../src/core/clock.ts')
  const deaf = new FilesOnDisk(
    () => [files.path('a.yaml')],
    () => {},
    () => ({ close: () => {}, on: () => {} }),
  )
  const watch = new FileWatch(deaf, await deaf.fingerprint(), {
    clock: systemClock,
    tickMs: 10,
    maxUnstableMs: 1_000,
    pollMs: 100,
    onChange: () => log.info({ event: 'seen' }, 'seen'),
    onPollOnly: () => {},
  })
  await watch.start()
  await writeFile(files.path('a.yaml'), 'level: debug\n')
  await log.heard('seen')
  await watch.close()
  expect(log.lines).toHaveLength(1)
})

test('what is written while a load hangs is in force once that has ended, without another event', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  let gate: Promise<void> | undefined
  let free = (): void => {}
  const load = async () => {
    await gate
    return loadConfig({ schema, files: [files.path('a.yaml')], env: {} })
  }
  await using running = await watching([], { load, loadTimeout: 50 })
  await running.reloader.reload('test')
  gate = new Promise((resolve) => (free = resolve))
  await renameWrite(files.path('a.yaml'), 'level: debug\n')
  const { message } = await running.log.heard('config.rejected')
  expect(message).toContain('it could not be read within 50 ms')
  gate = undefined
  free()
  await running.log.heard('config.reloaded')
  expect(running.reloader.latest.level).toBe('debug')
})

test('a file that only a byte order mark is left of was emptied', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: debug\n' })
  await using running = await watching([files.path('a.yaml')], { watch: false })
  for (const nothing of ['\uFEFF', '\uFEFF \r\n']) {
    await writeFile(files.path('a.yaml'), nothing)
    const { outcome, reason } = await running.reloader.reload('test')
    expect(outcome).toBe('rejected')
    expect(reason).toContain('is empty and was not before')
  }
})

test('without a watch, only reload() reloads', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  await using running = await watching([files.path('a.yaml')], { watch: false })
  expect(running.reloader.watcherCount).toBe(0)
  await writeFile(files.path('a.yaml'), 'level: debug\n')
  expect(await running.reloader.reload('admin')).toMatchObject({
    outcome: 'applied',
    generation: 2,
    changes: ['level'],
  })
  // The same values in other words are no change.
  await writeFile(files.path('a.yaml'), '# a remark\nlevel: "debug"\n')
  const before = running.reloader.snapshot
  expect(await running.reloader.reload('admin')).toMatchObject({ outcome: 'unchanged', generation: 2 })
  expect(running.reloader.snapshot).toBe(before)
  expect(running.log.events()).toEqual(['config.reloaded'])
})

test('a closed reloader watches nothing, reloads nothing, and can still be read', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n' })
  const { reloader } = await watching([files.path('a.yaml')])
  await reloader.close()
  await writeFile(files.path('a.yaml'), 'level: debug\n')
  expect(await reloader.reload('late')).toMatchObject({ outcome: 'stopped', generation: 1 })
  expect(reloader.current.level).toBe('info')
  expect(reloader.watcherCount).toBe(0)
})

test('a change of a file that is watched besides is a change, of that file, for whoever asks for it', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n', 'rules.txt': 'one' })
  const rules = files.path('rules.txt')
  const told: unknown[] = []
  const tell = (name: string) => ({
    name,
    commit: (update: ConfigUpdate<Config>) => void told.push([name, update.files]),
  })
  await using running = await watching([files.path('a.yaml')], {
    files: [rules],
    subscribers: [{ ...tell('rules'), files: [rules] }, { ...tell('level'), paths: ['level'] }, tell('everything')],
  })
  const { reloader } = running
  await renameWrite(rules, 'two')
  await running.log.heard('config.reloaded')
  expect(told).toEqual([
    ['rules', [rules]],
    ['everything', [rules]],
  ])
  expect(reloader.state.generation).toBe(2)
  expect(await reloader.reload('again')).toMatchObject({ outcome: 'unchanged', generation: 2 })
  await renameWrite(files.path('a.yaml'), 'level: debug\n')
  expect(await reloader.reload('level')).toMatchObject({ outcome: 'applied', changes: ['level'] })
  expect(told.slice(2)).toEqual([
    ['level', []],
    ['everything', []],
  ])
})

test('what a subscriber has refused of such a file is asked again with the next reload', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'level: info\n', 'rules.txt': 'one' })
  const rules = files.path('rules.txt')
  let isWilling = false
  const refuse = (): void => {
    if (!isWilling) throw new Error('these are no rules')
  }
  await using running = await watching([files.path('a.yaml')], {
    files: [rules],
    subscribers: [{ name: 'rules', files: [rules], prepare: refuse }],
  })
  await renameWrite(rules, 'two')
  await running.log.heard('config.rejected')
  expect(running.reloader.state.generation).toBe(1)
  isWilling = true
  expect(await running.reloader.reload('again')).toMatchObject({ outcome: 'applied', changes: [], files: [rules] })
})
