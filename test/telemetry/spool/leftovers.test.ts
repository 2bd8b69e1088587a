import { chmodSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { Leftovers, type Removed } from '../../../src/telemetry/spool/leftovers.ts'
import { ownIdentity } from '../../../src/telemetry/spool/process-identity.ts'
import { chunkOf, filesBelow, openSpool, temporaryDirectory } from './spool-fixture.ts'
import { startSpoolProcess } from './spool-process.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What a process of a service left: its directory. */
async function leaveBehind(root: string, serviceName: string, maxAgeMs?: number): Promise<string> {
  const { spool } = openSpool(root, { serviceName, clock: new ManualClock(), ...(maxAgeMs && { maxAgeMs }) })
  spool.append(chunkOf(1))
  await spool.close()
  const name = readdirSync(join(root, serviceName)).find((entry) => /^\d/.test(entry)) ?? ''
  return join(root, serviceName, name)
}

function makeOld(path: string, ageMs: number): void {
  const at = new Date(Date.now() - ageMs)
  for (const name of readdirSync(path)) lutimesSync(join(path, name), at, at)
  utimesSync(path, at, at)
}

function removeIn(root: string, own = 'own', leftovers = new Leftovers()): Promise<Removed> {
  const search = { root, own, self: ownIdentity(), fileSystemNowMs: Date.now(), isClosing: () => false }
  return leftovers.remove(search)
}

test('what a service that does not come back has left goes when it is too old, and is told of in one line', async () => {
  using root = temporaryDirectory()
  makeOld(await leaveBehind(root.path, 'gone'), DAY_MS + HOUR_MS)
  makeOld(await leaveBehind(root.path, 'away'), DAY_MS - HOUR_MS)
  await using opened = openSpool(root.path)
  await opened.heard.until(({ lines }) => lines.some(({ message }) => message.includes('left behind too long ago')))
  const names = filesBelow(root.path).map(({ name }) => name)
  expect(names.filter((name) => name.startsWith('gone/'))).toEqual([])
  expect(names.filter((name) => name.startsWith('away/'))).toHaveLength(1)
  expect(opened.heard.lines.map(({ level }) => level)).toEqual(['info'])
  expect(opened.heard.adoptedChunks).toEqual([])
})

test('the age that counts is that of the service that wrote it', async () => {
  using root = temporaryDirectory()
  makeOld(await leaveBehind(root.path, 'patient', 10 * DAY_MS), 9 * DAY_MS)
  makeOld(await leaveBehind(root.path, 'hasty', 60_000), 120_000)
  expect(await removeIn(root.path)).toMatchObject({ directories: 1 })
  expect(filesBelow(root.path).map(({ name }) => name.replace(/\d+-.*$/, '…'))).toEqual([
    'hasty/max-age',
    'patient/…',
    'patient/max-age',
  ])
})

test('a service that goes back to the default says so', async () => {
  using root = temporaryDirectory()
  await leaveBehind(root.path, 'shop', 10 * DAY_MS)
  const { spool } = openSpool(root.path)
  await spool.close()
  expect(filesBelow(root.path).filter(({ name }) => name.endsWith('max-age'))).toEqual([])
})

test('what a living process has is left alone, however old it looks', async () => {
  using root = temporaryDirectory()
  await using living = await startSpoolProcess(root.path)
  living.tell('append 0 3 100')
  await living.until(() => living.numbers('stored').length === 3)
  const [service = ''] = readdirSync(root.path)
  const [name = ''] = readdirSync(join(root.path, service))
  makeOld(join(root.path, service, name), 40 * DAY_MS)
  expect(await removeIn(root.path)).toEqual({ directories: 0, bytes: 0 })
  expect(filesBelow(root.path)).not.toEqual([])
})

test('nothing is touched that is not a spool’s: other names, other files, links, directories that others may write to', async () => {
  using root = temporaryDirectory()
  using elsewhere = temporaryDirectory()
  const notes = await leaveBehind(root.path, 'notes')
  writeFileSync(join(notes, 'notes.txt'), 'mine')
  makeOld(notes, 40 * DAY_MS)
  const open = await leaveBehind(root.path, 'open')
  makeOld(open, 40 * DAY_MS)
  chmodSync(join(root.path, 'open'), 0o777)
  const linked = await leaveBehind(elsewhere.path, 'linked')
  makeOld(linked, 40 * DAY_MS)
  symlinkSync(join(elsewhere.path, 'linked'), join(root.path, 'linked'))
  mkdirSync(join(root.path, 'linking'))
  symlinkSync(linked, join(root.path, 'linking', '1-0123456789ab'))
  mkdirSync(join(root.path, 'data', 'photos'), { recursive: true })
  writeFileSync(join(root.path, 'data', 'photos', 'a.seg'), '')
  makeOld(join(root.path, 'data', 'photos'), 40 * DAY_MS)

  await removeIn(root.path)
  const names = readdirSync(root.path, { recursive: true, encoding: 'utf8' })
  expect(names).toEqual(expect.arrayContaining(['data/photos/a.seg', 'linked', 'linking/1-0123456789ab']))
  expect(names.filter((name) => name.startsWith('notes/')).map((name) => name.split('/')[2])).toContain('notes.txt')
  expect(names.filter((name) => name.startsWith('open/') && name.endsWith('.seg'))).toHaveLength(1)
  expect(filesBelow(elsewhere.path)).toHaveLength(1)
})

test('of our own service nothing is removed here, and telemetry of a time before the clock was set is not old', async () => {
  using root = temporaryDirectory()
  makeOld(await leaveBehind(root.path, 'own'), 40 * DAY_MS)
  makeOld(await leaveBehind(root.path, 'early'), Date.now() - 1000)
  expect(await removeIn(root.path)).toEqual({ directories: 0, bytes: 0 })
})

test('what is of another version waits for the longest time that can be set', async () => {
  using root = temporaryDirectory()
  const other = await leaveBehind(root.path, 'other')
  writeFileSync(join(other, 'owner.json'), '{"version":2}')
  makeOld(other, 29 * DAY_MS)
  expect(await removeIn(root.path)).toMatchObject({ directories: 0 })
  makeOld(other, 31 * DAY_MS)
  expect(await removeIn(root.path)).toMatchObject({ directories: 1 })
})

test('of very many services some are looked into at a time, and all in turn', async () => {
  using root = temporaryDirectory()
  for (let index = 0; index < 20; index++) makeOld(await leaveBehind(root.path, `gone-${index}`), 2 * DAY_MS)
  const leftovers = new Leftovers()
  const removed = []
  for (let look = 0; look < 2; look++) removed.push((await removeIn(root.path, 'own', leftovers)).directories)
  expect(removed).toEqual([16, 4])
})

test('an empty directory of a service goes as well, once nobody has used it for as long', async () => {
  using root = temporaryDirectory()
  const { spool } = openSpool(root.path, { serviceName: 'gone', maxAgeMs: HOUR_MS })
  await spool.close()
  expect(readdirSync(join(root.path, 'gone'))).toEqual(['max-age'])
  await removeIn(root.path)
  expect(readdirSync(root.path)).toEqual(['gone'])
  makeOld(join(root.path, 'gone'), 2 * HOUR_MS)
  await removeIn(root.path)
  expect(readdirSync(root.path)).toEqual([])
})
