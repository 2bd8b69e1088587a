import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { totalmem } from 'node:os'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { BEAT_MS, type LifeFacts, LifeMark } from '../../../src/service/crash/life-mark.ts'
import { crashFolder } from './temporary-folder.ts'

function makeMark(inFlight: () => number = () => 0) {
  const clock = new ManualClock()
  const path = crashFolder().pathOf('life') as string
  const facts = { service: 'shop', version: '1.0.0', foreignReports: undefined, heapSnapshots: undefined }
  const mark = new LifeMark(path, facts, { clock, inFlight, instanceId: () => 'instance-1' })
  onTestFinished(() => mark.end())
  const read = (): LifeFacts => JSON.parse(readFileSync(path, 'utf8').split('\n', 1)[0] ?? '') as LifeFacts
  return { clock, mark, path, read }
}

test('it says who lives, and what was known of it', () => {
  const { path, read } = makeMark(() => 3)
  expect(read()).toMatchObject({
    identity: { pid: process.pid },
    service: 'shop',
    version: '1.0.0',
    instanceId: 'instance-1',
    node: process.version,
    pulse: { inFlight: 3, lateMs: 0 },
  })
  const { heapLimitBytes, pulse, startedAt } = read()
  expect(heapLimitBytes).toBeGreaterThan(pulse.heapUsedBytes)
  expect(pulse.rssBytes).toBeGreaterThan(0)
  expect(startedAt < pulse.at).toBe(true)
  // Where there is no limit, Node says one that no machine has.
  expect(read().memoryLimitBytes).toBeLessThan(totalmem())
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('every five seconds it says so again, in the same place, and never gets longer', async () => {
  let count = 1
  const { clock, path, read } = makeMark(() => count)
  const { size, ino } = statSync(path)
  count = 1_000_000_000
  await clock.advance(BEAT_MS)
  await vi.waitUntil(() => read().pulse.inFlight === count)
  expect(statSync(path)).toMatchObject({ size, ino })
  count = 8
  await clock.advance(BEAT_MS)
  await vi.waitUntil(() => read().pulse.inFlight === 8)
})

test('it is gone when the process ends and tells of it, also in the middle of a beat', async () => {
  const { clock, mark, path } = makeMark()
  await clock.advance(BEAT_MS)
  mark.end()
  expect(existsSync(path)).toBe(false)
  mark.end({ type: undefined, message: 'too late' })
  await clock.advance(10 * BEAT_MS)
  expect(existsSync(path)).toBe(false)
})

test('where it ended by an exception, it stays and says which; a beat that is under way does not take that back', async () => {
  const { clock, mark, read } = makeMark()
  await clock.advance(BEAT_MS)
  mark.end({ type: 'TypeError', message: 'boom' })
  // Writes go through one pool: this one comes after that of the beat.
  await new Promise((resolve) => setImmediate(resolve))
  expect(read().ended).toMatchObject({ type: 'TypeError', message: 'boom' })
  await clock.advance(BEAT_MS)
  expect(read().ended).toMatchObject({ message: 'boom' })
})

test('counting what is in flight may fail', () => {
  const { read } = makeMark(() => {
    throw new Error('no ledger')
  })
  expect(read().pulse.inFlight).toBe(0)
})

test('without a descriptor left it says what was resident before, and ends nothing', async () => {
  const { clock, mark, read } = makeMark()
  const { rssBytes } = read().pulse
  const refuse = (): never => {
    throw Object.assign(new Error('too many open files, uv_resident_set_memory'), { code: 'EMFILE' })
  }
  const rss = vi.spyOn(process.memoryUsage, 'rss').mockImplementation(refuse)
  onTestFinished(() => rss.mockRestore())
  // What a timer throws would end the process.
  await clock.advance(BEAT_MS)
  expect(rss).toHaveBeenCalled()
  expect(mark.pulse()).toMatchObject({ rssBytes })
  mark.end({ type: 'Error', message: 'boom' })
  expect(read().ended).toMatchObject({ message: 'boom' })
})

test('where its first word can not be written, nothing of it is left', () => {
  const folder = crashFolder().path as string
  const program = `
    const { LifeMark } = await import('${new URL('../../../src/service/crash/life-mark.ts', import.meta.url).href}')
    const { systemClock: clock } = await import('${new URL('../../../src/core/clock.ts', import.meta.url).href}')
    const { readdirSync } = await import('node:fs')
    try {
      new LifeMark('${folder}/life', { service: 'shop' }, { clock, inFlight: () => 0, instanceId: () => undefined })
    } catch (error) {
      console.log(error.code, readdirSync('${folder}').length)
    }`
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
  const { stdout } = spawnSync('bash', ['-c', 'ulimit -f 0; exec "$0" "$@" | cat', process.execPath, ...flags])
  expect(String(stdout).trim()).toBe('EFBIG 0')
})
