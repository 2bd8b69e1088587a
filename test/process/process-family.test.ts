import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { endFamily } from '../../src/process/end-family.ts'
import { FamilyReader } from '../../src/process/family-reading.ts'
import { ListenerWatch, type ListenerChange } from '../../src/process/listener-watch.ts'
import { ProcessFamily } from '../../src/process/process-family.ts'
import { readProcStat } from '../../src/process/proc-stat.ts'

const started: ChildProcess[] = []
let families = 0

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** A Node that does what the program says, with or without a marker; resolves when it has printed something. */
async function run(program: string, marker?: string): Promise<ChildProcess> {
  const [name = '', value] = marker?.split('=') ?? []
  const env = { PATH: process.env['PATH'], ...(marker === undefined ? {} : { [name]: value }) }
  const child = spawn(process.execPath, ['-e', program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  await once(child.stdout, 'data')
  return child
}

const IDLE = "console.log('up'); setInterval(() => {}, 1000)"
const newMarker = (): string => `SEAWORTHY_TEST_FAMILY=${process.pid}-${++families}`

describe.skipIf(!ProcessFamily.isSupported)('a family of processes', () => {
  test('is found by its marker, and by nothing that only resembles it', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const ours = await run(IDLE, marker)
    await run(IDLE)
    await run(IDLE, `${marker}0`)
    expect(family.look().map(({ pid }) => pid)).toEqual([ours.pid])
    expect(family.look()).toEqual([])
    expect(family.members.map(({ pid, parentPid }) => [pid, parentPid])).toEqual([[ours.pid, process.pid]])
  })

  test('holds a child that has cleared its environment, found by its parent', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const parent = await run(
      "const c = require('node:child_process').spawn('sleep', ['100'], { env: {} }); console.log(c.pid); process.on('exit', () => c.kill())",
      marker,
    )
    family.look()
    expect(family.members.map(({ command }) => command.split(' ')[0])).toEqual([process.execPath, 'sleep'])
    expect(family.members[1]?.parentPid).toBe(parent.pid)
    expect(await endFamily(family, systemClock, 5000)).toEqual([])
  })

  test('finds one that had no environment when it was looked at first: its program was just being loaded', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const child = spawn('/bin/sh', ['-c', `echo up; read go; export ${marker}; exec sleep 100`], {
      env: {},
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    started.push(child)
    await once(child.stdout, 'data')
    expect(family.look()).toEqual([])
    child.stdin.write('go\n')
    await expect.poll(() => family.look().map(({ pid }) => pid)).toEqual([child.pid])
  })

  test('loses a member that has ended, and one that nobody has waited for', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const child = await run(IDLE, marker)
    family.look()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(family.members).toEqual([])
  })

  test('never signals another process that got the number of a member', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const child = await run(IDLE, marker)
    const [member] = family.look()
    if (member === undefined) throw new Error('not found')
    expect(family.signal({ ...member, startTicks: member.startTicks - 1 }, 'SIGKILL')).toBe(false)
    expect(readProcStat(child.pid ?? 0)).toBeDefined()
    expect(family.signal(member, 'SIGKILL')).toBe(true)
    await once(child, 'exit')
  })

  test('has figures that never go back, also when one of it ends', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const busy = await run(
      "const used = () => process.cpuUsage().user + process.cpuUsage().system; while (used() < 3e5) for (let i = 0; i < 1e6; i++); console.log('up'); setInterval(() => {}, 1e3)",
      marker,
    )
    await run(IDLE, marker)
    family.look()
    const reader = new FamilyReader(family)
    const both = reader.read()
    expect(both).toMatchObject({ processCount: 2 })
    expect(both.cpuMs).toBeGreaterThan(250)
    expect(both.rssBytes).toBeGreaterThan(40e6)
    expect(both.threadCount).toBeGreaterThan(2)
    busy.kill('SIGKILL')
    await once(busy, 'exit')
    const one = reader.read()
    expect(one).toMatchObject({ processCount: 1 })
    expect(one.cpuMs).toBeGreaterThanOrEqual(both.cpuMs)
  })

  test('is seen to open and close its listeners, and those of others are none of it', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const changes: ListenerChange[] = []
    let told = (): void => {}
    const watch = new ListenerWatch({
      family,
      clock: systemClock,
      onChange: (change) => {
        changes.push(change)
        told()
      },
    })
    const next = (): Promise<void> => new Promise((resolve) => (told = resolve))
    watch.prepare()
    watch.start()
    const foreign = createServer().listen(0, '127.0.0.1')
    const opened = next()
    const child = await run(
      "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port)); process.on('SIGTERM', () => s.close()); setInterval(() => {}, 1e3)",
      marker,
    )
    await opened
    expect(changes).toMatchObject([{ what: 'opened', host: '127.0.0.1', pid: child.pid }])
    expect(watch.open).toHaveLength(1)
    const closed = next()
    watch.expectClose()
    child.kill('SIGTERM')
    await closed
    expect(changes[1]).toMatchObject({ what: 'closed', port: changes[0]?.port })
    expect(readProcStat(child.pid ?? 0)).toBeDefined()
    expect(watch.open).toEqual([])
    watch.stop()
    foreign.close()
  })

  test('a listener that another process of the family holds, too, is closed when nobody has it any more', async () => {
    const marker = newMarker()
    const family = new ProcessFamily({ marker })
    const changes: ListenerChange[] = []
    const watch = new ListenerWatch({ family, clock: systemClock, onChange: (change) => changes.push(change) })
    watch.prepare()
    // Told to, it hands the listener on to a child as its standard input; the child goes on when its parent is gone.
    const parent = await run(
      `const s = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log('up'))
      process.on('SIGUSR2', () => {
        require('node:child_process').spawn('sleep', ['100'], { stdio: [s._handle.fd, 'ignore', 'ignore'], detached: true })
        console.log('handed on')
      })`,
      marker,
    )
    await watch.lookNow()
    expect(changes).toMatchObject([{ what: 'opened', pid: parent.pid }])
    parent.kill('SIGUSR2')
    await once(parent.stdout ?? parent, 'data')
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await watch.lookNow()
    expect(changes).toHaveLength(1)
    expect(await endFamily(family, systemClock, 5000)).toEqual([])
    await watch.lookNow()
    expect(changes[1]).toMatchObject({ what: 'closed' })
    watch.stop()
  })
})
