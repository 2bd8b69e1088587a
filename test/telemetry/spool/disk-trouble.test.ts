import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { prepareServiceDirectory, toDirectoryName } from '../../../src/telemetry/spool/service-directory.ts'
import { chunkOf, MIB, numbersOf, openSpool, SERVICE, temporaryDirectory } from './spool-fixture.ts'
import { run, startSpoolProcess } from './spool-process.ts'

const canMount = run(['unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).isDone

const isRoot = process.geteuid?.() === 0

/** Runs what follows with a file system of its own on `directory`. */
const onTmpfs = (directory: string, options: string): readonly string[] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mount -t tmpfs -o ${options} tmpfs ${directory} && exec "$@"`,
  'sh',
]

test.skipIf(!canMount)(
  'on a full disk chunks are not stored and said so once; what is stored stays whole',
  async () => {
    using directory = temporaryDirectory()
    await using victim = await startSpoolProcess(directory.path, { wrap: onTmpfs(directory.path, 'size=1m') })
    for (let number = 0; number < 150; number += 10) {
      victim.tell(`append ${number} 10 10000`)
      await victim.until(() => victim.numbers('stored').length + victim.numbers('notStored').length === number + 10)
    }
    const stored = victim.numbers('stored')
    expect(stored.length).toBeGreaterThan(20)
    expect(new Set(victim.said.flatMap(({ reason }) => reason ?? []))).toEqual(new Set(['the disk is full (ENOSPC)']))
    expect(victim.said.filter(({ event }) => event === 'log')).toHaveLength(1)

    // On the same little disk, which only its own mount namespace shows: the next process there.
    const namespace = ['nsenter', `--mount=/proc/${childOf(victim.pid)}/ns/mnt`]
    victim.tell('close')
    await victim.until((said) => said.some(({ event }) => event === 'closed'))
    await using next = await startSpoolProcess(directory.path, { wrap: namespace })
    await next.until(() => next.numbers('adopted').length >= stored.length)
    expect(next.numbers('adopted')).toEqual(stored)
  },
)

test('a limit of the size of files costs what does not fit; the next segment takes chunks again, and all stored are whole', async () => {
  using directory = temporaryDirectory()
  const wrap = ['bash', '-c', 'ulimit -f 100; exec "$@"', 'bash']
  await using victim = await startSpoolProcess(directory.path, { wrap })
  for (let number = 0; number < 15; number++) {
    victim.tell(`append ${number} 1 10000`)
    await victim.until(() => victim.numbers('stored').length + victim.numbers('notStored').length === number + 1)
  }
  expect(victim.said.find(({ event }) => event === 'notStored')?.reason).toBe(
    'the file size limit of the process is reached (EFBIG)',
  )
  // After a pause of a second: whatever comes until then is refused.
  for (let number = 15; !victim.said.some(({ event }) => event === 'writable'); number++) {
    victim.tell(`append ${number} 1 5000`)
    await victim.until(() => [...victim.numbers('stored'), ...victim.numbers('notStored')].includes(number))
  }
  const stored = victim.numbers('stored')
  victim.kill('SIGKILL')
  await victim.exit

  await using next = openSpool(directory.path)
  await next.heard.until(({ adoptedChunks }) => adoptedChunks.length >= stored.length)
  expect(await numbersOf(next.spool, next.heard.adoptedChunks)).toEqual(stored)
})

test.skipIf(!canMount)(
  'on a read-only file system it says in one line what that costs, and nothing is stored',
  async () => {
    using directory = temporaryDirectory()
    await using victim = await startSpoolProcess(directory.path, { wrap: onTmpfs(directory.path, 'ro') })
    victim.tell('append 0 3 100')
    await victim.until(() => victim.numbers('notStored').length === 3)
    expect(victim.said.filter(({ event }) => event === 'log').map(({ message }) => message)).toEqual([
      'telemetry cannot be kept on disk: the file system is read-only (EROFS). It waits in memory only, and is lost when this process ends before it is delivered',
    ])
  },
)

test('where its place is a file, it tries again later, and stores again when the file is gone', async () => {
  using directory = temporaryDirectory()
  const place = join(directory.path, 'place')
  writeFileSync(place, '')
  const clock = new ManualClock()
  await using opened = openSpool(place, { clock })
  const { spool, heard } = opened
  expect(spool.failure).toBe('there is a file where a directory should be (ENOTDIR)')
  spool.append(chunkOf(1))
  await spool.flush()
  rmSync(place)
  spool.append(chunkOf(2))
  await spool.flush()
  expect(heard.refused).toHaveLength(2)

  await clock.advance(1000)
  spool.append(chunkOf(3))
  await spool.flush()
  expect(heard.storedChunks).toHaveLength(1)
  expect(heard.writableCount).toBe(1)
  expect(spool.failure).toBeUndefined()
  expect(heard.lines.map(({ level }) => level)).toEqual(['warn', 'info'])
})

test('a disk that takes a chunk is well again, though the chunk has been delivered meanwhile', async () => {
  using directory = temporaryDirectory()
  const place = join(directory.path, 'place')
  writeFileSync(place, '')
  const clock = new ManualClock()
  await using opened = openSpool(place, { clock })
  const { spool, heard } = opened
  rmSync(place)
  await clock.advance(1000)
  const chunk = spool.append(chunkOf(1, 1000, 'traces', 850))
  await Promise.resolve()
  spool.settle(chunk)
  await heard.until(({ writableCount }) => writableCount === 1)
  expect(spool.failure).toBeUndefined()
  expect(heard.storedChunks).toEqual([])
})

test('while it fails, it waits twice as long each time, up to 30 s, and says it once', async () => {
  using directory = temporaryDirectory()
  const place = join(directory.path, 'place')
  writeFileSync(place, '')
  const clock = new ManualClock()
  await using opened = openSpool(place, { clock })
  await clock.advance(600_000)
  expect(opened.heard.lines).toHaveLength(1)
  rmSync(place)
  await clock.advance(29_000)
  opened.spool.append(chunkOf(1))
  await opened.spool.flush()
  await clock.advance(2000)
  opened.spool.append(chunkOf(2))
  await opened.spool.flush()
  expect(opened.heard.storedChunks.length).toBeGreaterThan(0)
})

test('a listener and a log that throw stop nothing', async () => {
  using directory = temporaryDirectory()
  const fail = (): never => {
    throw new Error('of the listener')
  }
  const listener = { stored: fail, notStored: fail, evicted: fail, adopted: fail }
  const log = { debug: fail, info: fail, warn: fail, error: fail }
  await using opened = openSpool(directory.path, { listener, log, maxBytes: MIB })
  const chunks = Array.from({ length: 150 }, (_, number) => opened.spool.append(chunkOf(number, 10_000)))
  await opened.spool.flush()
  expect(await numbersOf(opened.spool, chunks.slice(-1))).toEqual([149])
  await opened.spool.close()
  const refused = openSpool(join(directory.path, 'x', '\0'), { listener, log })
  refused.spool.append(chunkOf(1))
  await refused.spool.close()
})

test('only its user may look into it', async () => {
  using directory = temporaryDirectory()
  await using opened = openSpool(join(directory.path, 'place'))
  opened.spool.append(chunkOf(1))
  await opened.spool.flush()
  expect(statSync(join(directory.path, 'place')).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory.path, 'place', SERVICE)).mode & 0o777).toBe(0o700)
})

test('a link, a directory of another user and one that others may write to are refused where everybody may write', () => {
  using directory = temporaryDirectory()
  const settings = { isDefaultDirectory: true, maxBytes: MIB, maxAgeMs: 60_000 }
  const prepare = (name: string) =>
    prepareServiceDirectory({ ...settings, directory: join(directory.path, name) }, 'shop')
  mkdirSync(join(directory.path, 'target'), { mode: 0o700 })
  symlinkSync(join(directory.path, 'target'), join(directory.path, 'link'))
  expect(() => prepare('link')).toThrow('is a link or a file, not a directory')
  mkdirSync(join(directory.path, 'open'))
  chmodSync(join(directory.path, 'open'), 0o777)
  expect(() => prepare('open')).toThrow('make its mode 0700')
  mkdirSync(join(directory.path, 'inner'), { mode: 0o700 })
  symlinkSync(join(directory.path, 'target'), join(directory.path, 'inner', 'shop'))
  expect(() => prepare('inner')).toThrow('is a link or a file, not a directory')
  const foreign = isRoot ? foreignIn(directory.path) : '/'
  expect(() => prepareServiceDirectory({ ...settings, directory: foreign }, 'x')).toThrow('another user')
  expect(prepare('fine')).toBe(join(directory.path, 'fine', 'shop'))
})

test.each([
  ['shop', 'shop'],
  ['..', /^-[0-9a-f]{8}$/],
  ['', /^-[0-9a-f]{8}$/],
  ['a/b', /^a_b-[0-9a-f]{8}$/],
  ['unknown_service:node', /^unknown_service_node-[0-9a-f]{8}$/],
  ['x'.repeat(300), /^x{80}-[0-9a-f]{8}$/],
])('a service called %j has a directory of its own', (name, directory) => {
  expect(toDirectoryName(name)).toMatch(directory)
})

/** Only root can give a directory away. */
function foreignIn(directory: string): string {
  const path = join(directory, 'foreign')
  mkdirSync(path, { mode: 0o700 })
  run(['chown', '65534', path])
  return path
}

/** Of `timeout`, which stands before what it limits. */
function childOf(pid: number): string {
  return run(['pgrep', '-P', String(pid)]).output
}
