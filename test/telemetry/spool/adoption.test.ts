import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { OrphanFinder } from '../../../src/telemetry/spool/orphans.ts'
import { ownIdentity } from '../../../src/telemetry/spool/process-identity.ts'
import { encodeSegmentHeader } from '../../../src/telemetry/spool/segment-header.ts'
import {
  chunkOf,
  filesBelow,
  MIB,
  numbersOf,
  type OpenSpool,
  openSpool,
  type Recorder,
  SERVICE,
  temporaryDirectory,
} from './spool-fixture.ts'
import { run, type SpoolProcess, startSpoolProcess } from './spool-process.ts'

const canUnshare = run(['unshare', '--pid', '--fork', '--mount-proc', 'true']).isDone

/** Moves time on, second by second, with a turn of real file access after each, until it is heard. */
async function advanceUntil(clock: ManualClock, heard: Recorder, isMet: (heard: Recorder) => boolean): Promise<void> {
  while (!isMet(heard)) {
    await clock.advance(1000)
    await stat('/')
  }
}

async function leaveBehind(directory: string, from: number, count: number): Promise<void> {
  const { spool } = openSpool(directory)
  for (let number = from; number < from + count; number++) spool.append(chunkOf(number))
  await spool.close()
}

/** All its threads stand still when this resolves: the kernel has no event for that. */
async function stopOwner(owner: SpoolProcess, directory: string): Promise<void> {
  const [name = ''] = readdirSync(join(directory, SERVICE))
  const tasks = `/proc/${name.split('-')[0]}/task`
  owner.kill('SIGSTOP')
  const isStopped = (task: string): boolean => /\) T /.test(readFileSync(`${tasks}/${task}/stat`, 'latin1'))
  while (!readdirSync(tasks).every(isStopped)) await stat('/')
}

/** As if its owner lived on another host. */
function moveOwnerElsewhere(directory: string): string {
  const [name = ''] = readdirSync(join(directory, SERVICE))
  const path = join(directory, SERVICE, name)
  const owner = JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8')) as object
  writeFileSync(join(path, 'owner.json'), JSON.stringify({ ...owner, host: 'elsewhere' }))
  return path
}

test('of four processes that look for orphans at the same time, each orphan goes to exactly one', async () => {
  using directory = temporaryDirectory()
  for (let orphan = 0; orphan < 12; orphan++) await leaveBehind(directory.path, orphan * 5, 5)

  const adopters = await Promise.all([1, 2, 3, 4].map(() => startSpoolProcess(directory.path)))
  await using stack = new AsyncDisposableStack()
  for (const adopter of adopters) stack.use(adopter)
  const adopted = (): readonly number[] => adopters.flatMap((adopter) => adopter.numbers('adopted'))
  await Promise.race(adopters.map((adopter) => adopter.until(() => adopted().length >= 60)))
  for (const adopter of adopters) adopter.tell('close')
  await Promise.all(adopters.map((one) => one.until((said) => said.some(({ event }) => event === 'closed'))))

  expect(adopted().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, number) => number))
  expect(filesBelow(directory.path)).toEqual([])
})

test('the directories of living processes are left alone, their own process’s included', async () => {
  using directory = temporaryDirectory()
  await using living = await startSpoolProcess(directory.path)
  living.tell('append 0 3 100')
  await living.until(() => living.numbers('stored').length === 3)
  await using sibling = openSpool(directory.path, { clock: new ManualClock() })
  sibling.spool.append(chunkOf(100))
  await sibling.spool.flush()
  await leaveBehind(directory.path, 200, 2)

  await using opened = openSpool(directory.path)
  // On a busy machine the first look around of the sibling comes this late, and whoever looks first takes the orphan.
  const adopted = async (by: OpenSpool): Promise<OpenSpool> => {
    await by.heard.until(({ adoptedChunks }) => adoptedChunks.length > 0)
    return by
  }
  const finder = await Promise.race([adopted(opened), adopted(sibling)])
  expect(await numbersOf(finder.spool, finder.heard.adoptedChunks)).toEqual([200, 201])
  expect(living.numbers('left')).toEqual([])
})

test('a process that was stopped finds its directory taken over: it leaves what is in it, and keeps what came later', async () => {
  using directory = temporaryDirectory()
  await using stopped = await startSpoolProcess(directory.path)
  stopped.tell('append 0 3 100')
  await stopped.until(() => stopped.numbers('stored').length === 3)
  await stopOwner(stopped, directory.path)
  const path = moveOwnerElsewhere(directory.path)
  utimesSync(join(path, 'heartbeat'), 1, 1)

  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock })
  await advanceUntil(clock, opened.heard, ({ adoptedChunks }) => adoptedChunks.length > 0)
  // In its own time as well, it stood still for longer than anybody waits for a heartbeat.
  stopped.tell('skip 20000')
  stopped.tell('append 3 2 100')
  stopped.kill('SIGCONT')
  await stopped.until(() => stopped.numbers('left').length > 0 && stopped.numbers('stored').length === 5)

  expect(await numbersOf(opened.spool, opened.heard.adoptedChunks)).toEqual([0, 1, 2])
  expect(stopped.numbers('left')).toEqual([0, 1, 2])
  expect(stopped.numbers('stored')).toEqual([0, 1, 2, 3, 4])
  stopped.kill('SIGKILL')
  await stopped.exit
  await advanceUntil(clock, opened.heard, ({ adoptedChunks }) => adoptedChunks.length > 3)
  expect(await numbersOf(opened.spool, opened.heard.adoptedChunks.slice(3))).toEqual([3, 4])
})

test('a stopped process whose telemetry was taken over, sent and deleted meanwhile does not send it again', async () => {
  using directory = temporaryDirectory()
  await using stopped = await startSpoolProcess(directory.path)
  stopped.tell('append 0 3 100')
  await stopped.until(() => stopped.numbers('stored').length === 3)
  await stopOwner(stopped, directory.path)
  const path = moveOwnerElsewhere(directory.path)
  utimesSync(join(path, 'heartbeat'), 1, 1)

  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock })
  await advanceUntil(clock, opened.heard, ({ adoptedChunks }) => adoptedChunks.length > 0)
  for (const chunk of opened.heard.adoptedChunks) opened.spool.settle(chunk)
  await opened.spool.close()
  expect(filesBelow(directory.path)).toEqual([])
  stopped.kill('SIGCONT')
  await stopped.until(() => stopped.numbers('left').length > 0)
  expect(stopped.numbers('left')).toEqual([0, 1, 2])
})

test.skipIf(!canUnshare)(
  'a killed container is adopted when its heartbeat has been missing for 15 s and a second look',
  async () => {
    using directory = temporaryDirectory()
    const wrap = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
    await using container = await startSpoolProcess(directory.path, { wrap })
    container.tell('append 0 4 100')
    await container.until(() => container.numbers('stored').length === 4)

    const clock = new ManualClock()
    await using opened = openSpool(directory.path, { clock })
    for (let second = 0; second < 60; second++) {
      await clock.advance(1000)
      await stat('/')
    }
    expect(opened.heard.adoptedChunks).toEqual([])
    container.kill('SIGKILL')
    await container.exit
    const name = readdirSync(join(directory.path, SERVICE)).find((each) => !each.startsWith(`${process.pid}-`)) ?? ''
    const sixteenSecondsAgo = (await stat('/proc/self')).mtimeMs / 1000 - 16
    utimesSync(join(directory.path, SERVICE, name, 'heartbeat'), sixteenSecondsAgo, sixteenSecondsAgo)
    await advanceUntil(clock, opened.heard, ({ adoptedChunks }) => adoptedChunks.length === 4)
  },
)

test('a jump of the machine’s time makes nobody look dead whose heart goes on beating', async () => {
  using directory = temporaryDirectory()
  await using living = openSpool(directory.path)
  const path = moveOwnerElsewhere(directory.path)
  const finder = new OrphanFinder()
  const find = async (now: number) =>
    finder.find({
      serviceDirectory: join(directory.path, SERVICE),
      self: ownIdentity(),
      ownId: 'mine',
      fileSystemNowMs: (await stat(path)).mtimeMs + 3_600_000,
      now,
    })
  expect(await find(0)).toMatchObject({ names: [], isUndecided: true })
  utimesSync(join(path, 'heartbeat'), 5, 5)
  expect(await find(5000)).toMatchObject({ names: [], isUndecided: true })
  expect(await find(7999)).toMatchObject({ names: [], isUndecided: true })
  expect((await find(8000)).names).toHaveLength(1)
  await living.spool.close()
})

test('the order of age holds across several dead processes, and the oldest goes first when they exceed the bounds', async () => {
  using directory = temporaryDirectory()
  for (let orphan = 0; orphan < 5; orphan++) {
    using apart = temporaryDirectory()
    const { spool } = openSpool(apart.path, { unixNow: () => 1_790_000_000_000 + orphan * 60_000 })
    for (let number = 0; number < 24; number++) spool.append(chunkOf(orphan * 24 + number, 10_000))
    await spool.close()
    const [name = ''] = readdirSync(join(apart.path, SERVICE))
    mkdirSync(join(directory.path, SERVICE), { recursive: true, mode: 0o700 })
    renameSync(join(apart.path, SERVICE, name), join(directory.path, SERVICE, name))
  }
  await using opened = openSpool(directory.path, { maxBytes: MIB, unixNow: () => 1_790_000_600_000 })
  await opened.heard.until(({ lines }) => lines.some(({ message }) => message.includes('sent now')))
  const { adoptedChunks, evictions } = opened.heard
  expect(adoptedChunks).toHaveLength(120)
  await opened.heard.until(() => opened.spool.byteLength <= MIB)
  const evicted = new Set(evictions.map(({ chunk }) => chunk))
  expect(adoptedChunks.map((chunk) => evicted.has(chunk))).toEqual(
    adoptedChunks.map((_, index) => index < evicted.size),
  )
  const rest = adoptedChunks.slice(evicted.size)
  expect(await numbersOf(opened.spool, rest)).toEqual(rest.map((_, index) => evicted.size + index))
})

test('telemetry that has waited longer than its age is dropped and told of', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock, maxAgeMs: 60_000 })
  opened.spool.append(chunkOf(1))
  await opened.spool.flush()
  await advanceUntil(clock, opened.heard, ({ evictions }) => evictions.length > 0)
  expect(opened.heard.evictions.map(({ reason }) => reason)).toEqual(['spool_age'])
  expect(clock.now()).toBeGreaterThan(60_000)
})

test('what is of another version or nobody’s is left alone, said once, and hinders nothing', async () => {
  using directory = temporaryDirectory()
  await leaveBehind(directory.path, 0, 2)
  const [name = ''] = readdirSync(join(directory.path, SERVICE))
  const orphan = join(directory.path, SERVICE, name)
  writeFileSync(join(orphan, 'notes.txt'), 'whose?')
  writeFileSync(join(orphan, 'new-000001.seg'), encodeSegmentHeader(1_790_000_000_000, 2))
  const other = join(directory.path, SERVICE, '1-other')
  mkdirSync(other)
  writeFileSync(join(other, 'owner.json'), '{"version":2}')

  await using opened = openSpool(directory.path)
  await opened.heard.until(({ adoptedChunks }) => adoptedChunks.length === 2)
  for (const chunk of opened.heard.adoptedChunks) opened.spool.settle(chunk)
  await opened.heard.until(({ lines }) => lines.some(({ message }) => message.includes('sent now')))
  const said = opened.heard.lines.filter(({ message }) => message.includes('left alone'))
  expect(said.map(({ message }) => message.split(' ')[0])).toEqual([
    join(directory.path, SERVICE, '1-other'),
    join(directory.path, SERVICE, `kept-${name}`),
  ])
  await opened.spool.close()
  expect(filesBelow(directory.path).map((file) => file.name)).toEqual([
    `${SERVICE}/1-other/owner.json`,
    `${SERVICE}/kept-${name}/new-000001.seg`,
    `${SERVICE}/kept-${name}/notes.txt`,
  ])
})

test('a directory that is deleted under a running spool is written anew, with all that was in it', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  const { spool, heard } = openSpool(directory.path, { clock })
  for (let number = 0; number < 30; number++) spool.append(chunkOf(number, 100_000))
  await spool.flush()
  rmSync(join(directory.path, SERVICE), { recursive: true })
  spool.append(chunkOf(30))
  await spool.flush()
  await advanceUntil(clock, heard, ({ lines }) => lines.some(({ message }) => message.includes('was deleted')))
  await spool.close()
  expect(heard.storedChunks).toHaveLength(31)

  await using next = openSpool(directory.path)
  await next.heard.until(({ adoptedChunks }) => adoptedChunks.length >= 31)
  expect(await numbersOf(next.spool, next.heard.adoptedChunks)).toEqual(Array.from({ length: 31 }, (_, index) => index))
})

test('a directory that somebody has moved away is left to whoever has it', async () => {
  using directory = temporaryDirectory()
  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock })
  const chunks = [0, 1].map((number) => opened.spool.append(chunkOf(number)))
  await opened.spool.flush()
  const [name = ''] = readdirSync(join(directory.path, SERVICE))
  renameSync(join(directory.path, SERVICE, name), join(directory.path, 'elsewhere'))
  await advanceUntil(clock, opened.heard, ({ leftChunks }) => leftChunks.length > 0)
  expect(opened.heard.leftChunks).toEqual(chunks)
})

test('the processes of a service share its bytes: what the others take is missing here', async () => {
  using directory = temporaryDirectory()
  await using sibling = openSpool(directory.path, { maxBytes: 2 * MIB, clock: new ManualClock() })
  for (let number = 0; number < 130; number++) sibling.spool.append(chunkOf(number, 10_000))
  await sibling.spool.flush()
  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { maxBytes: 2 * MIB, clock })
  for (let number = 0; opened.heard.evictions.length === 0; number++) {
    opened.spool.append(chunkOf(number, 10_000))
    await opened.spool.flush()
    await clock.advance(1000)
  }
  expect(opened.spool.byteLength).toBeLessThanOrEqual(2 * MIB - sibling.spool.byteLength)
  expect(sibling.heard.evictions).toEqual([])
})

test('an outbox that closes in the middle of an adoption leaves to the next process what it has not been given', async () => {
  using directory = temporaryDirectory()
  const { spool } = openSpool(directory.path)
  for (let number = 0; number < 3000; number++) spool.append(chunkOf(number, 200))
  await spool.close()

  const interrupted = openSpool(directory.path)
  await interrupted.heard.until(({ adoptedChunks }) => adoptedChunks.length > 0)
  const given = interrupted.heard.adoptedChunks.slice()
  for (const chunk of given) interrupted.spool.settle(chunk)
  await interrupted.spool.close()
  expect(given.length).toBeLessThan(3000)

  await using next = openSpool(directory.path)
  await next.heard.until(({ adoptedChunks }) => adoptedChunks.length >= 3000 - given.length)
  expect(await numbersOf(next.spool, next.heard.adoptedChunks.slice(0, 1))).toEqual([given.length])
})

test('a stopped process that can be seen to live is left alone however long its heartbeat is missing', async () => {
  using directory = temporaryDirectory()
  await using stopped = await startSpoolProcess(directory.path)
  stopped.tell('append 0 3 100')
  await stopped.until(() => stopped.numbers('stored').length === 3)
  await stopOwner(stopped, directory.path)
  const [name = ''] = readdirSync(join(directory.path, SERVICE))
  utimesSync(join(directory.path, SERVICE, name, 'heartbeat'), 1, 1)

  const clock = new ManualClock()
  await using opened = openSpool(directory.path, { clock })
  for (let second = 0; second < 60; second++) {
    await clock.advance(1000)
    await stat('/')
  }
  await leaveBehind(directory.path, 100, 1)
  await advanceUntil(clock, opened.heard, ({ adoptedChunks }) => adoptedChunks.length > 0)
  expect(await numbersOf(opened.spool, opened.heard.adoptedChunks)).toEqual([100])
})

test('marks without their segment are cleared away', async () => {
  using directory = temporaryDirectory()
  await leaveBehind(directory.path, 0, 1)
  const [name = ''] = readdirSync(join(directory.path, SERVICE))
  writeFileSync(join(directory.path, SERVICE, name, 'gone.seg.done'), '')
  await using opened = openSpool(directory.path)
  await opened.heard.until(({ adoptedChunks }) => adoptedChunks.length > 0)
  for (const chunk of opened.heard.adoptedChunks) opened.spool.settle(chunk)
  await opened.spool.close()
  expect(filesBelow(directory.path)).toEqual([])
})
