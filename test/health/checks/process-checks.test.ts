import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { eventLoopCheck } from '../../../src/health/checks/event-loop-check.ts'
import { memoryCheck } from '../../../src/health/checks/memory-check.ts'
import { limitOf, memoryLimit } from '../../../src/health/checks/memory-limit.ts'
import { formatBytes } from '../../../src/health/checks/format-bytes.ts'
import { reportOf, resultOf } from './run-check.ts'

/** Nothing else happens on the loop while it is busy: that is what is to be seen. */
function busyFor(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

function turns(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

test('what is resident is judged against the limit', async () => {
  const resident = process.memoryUsage.rss()

  expect(await reportOf(memoryCheck({ limitBytes: resident * 4 }))).toMatchObject({ status: 'healthy' })
  expect(await resultOf(memoryCheck({ limitBytes: Math.round(resident * 1.05) }))).toEqual({
    status: 'degraded',
    message: expect.stringMatching(/^[\d.]+ [MG]iB resident, \d+ % of the limit of [\d.]+ [MG]iB$/) as string,
  })
})

test('memory is never unhealthy, unless that was asked for', async () => {
  expect(await resultOf(memoryCheck({ limitBytes: 1_000_000 }))).toMatchObject({ status: 'degraded' })
  expect(await resultOf(memoryCheck({ limitBytes: 1_000_000, unhealthyAbovePercent: 95 }))).toMatchObject({
    status: 'unhealthy',
  })
})

test('a limit above what the machine has is none', async () => {
  expect(limitOf(2 ** 44, totalmem())).toBeUndefined()
  expect(limitOf(2 ** 64, totalmem())).toBeUndefined()
  expect(limitOf(0, totalmem())).toBeUndefined()
  expect(limitOf(256 * 2 ** 20, totalmem())).toBe(256 * 2 ** 20)
  expect(['healthy', 'degraded']).toContain((await resultOf(memoryCheck())).status)
})

const MIB = 1_048_576
const NONE = 2 ** 63 - 4096

test.each<[string, number | undefined, number, Readonly<Record<string, string>>]>([
  ['no control groups', undefined, 0, {}],
  ['its own limit', 300 * MIB, 300 * MIB, { '/proc/self/cgroup': '0::/\n' }],
  [
    'version 2: one above has a limit, its own says max',
    200 * MIB,
    NONE,
    {
      '/proc/self/cgroup': '0::/shop.slice/a/b\n',
      '/sys/fs/cgroup/shop.slice/a/b/memory.max': 'max\n',
      '/sys/fs/cgroup/shop.slice/a/memory.max': `${400 * MIB}\n`,
      '/sys/fs/cgroup/shop.slice/memory.max': `${200 * MIB}\n`,
    },
  ],
  [
    'version 2: its own is the least',
    100 * MIB,
    100 * MIB,
    { '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/memory.max': `${400 * MIB}\n` },
  ],
  [
    'version 1: what holds with all that is above',
    250 * MIB,
    NONE,
    {
      '/proc/self/cgroup': '9:name=systemd:/x\n4:cpu,memory:/shop/inner\n0::/other\n',
      '/sys/fs/cgroup/memory/shop/inner/memory.stat': `cache 0\nhierarchical_memory_limit ${250 * MIB}\nrss 1\n`,
      '/sys/fs/cgroup/other/memory.max': '1\n',
    },
  ],
  [
    'version 1: none at all',
    undefined,
    2 ** 64,
    {
      '/proc/self/cgroup': '4:memory:/\n',
      '/sys/fs/cgroup/memory//memory.stat': 'hierarchical_memory_limit 9223372036854771712\n',
    },
  ],
  ['what is no number', undefined, 0, { '/proc/self/cgroup': '0::/a\n', '/sys/fs/cgroup/a/memory.max': 'nonsense\n' }],
])('the limit of the control groups: %s', (_, expected, own, files) => {
  const read = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw new Error('ENOENT')
    return text
  }

  expect(memoryLimit(own, 2 ** 35, read)).toBe(expected)
})

test('bytes are told in three digits', () => {
  expect([0, 1023, 1024, 1536, 10_485_760, 1023.9 * 2 ** 20, 2 ** 40].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1 KiB',
    '1.5 KiB',
    '10 MiB',
    '1 GiB',
    '1 TiB',
  ])
})

test('a busy loop is degraded, and is healthy again in the next window', async () => {
  const check = eventLoopCheck({ degradedAboveDelay: '10m', degradedAboveUtilization: 0.4 })
  expect(await resultOf(check)).toEqual({ status: 'healthy' })

  busyFor(700)
  await turns(0)
  expect(await reportOf(check)).toMatchObject({
    status: 'degraded',
    message: expect.stringMatching(/^the event loop was busy (?:9\d|100) % of the last \d/) as string,
  })
  // A window that has only begun says nothing: what was seen in the last one still counts.
  expect(await resultOf(check)).toMatchObject({ status: 'degraded' })
  await turns(800)
  expect(await resultOf(check)).toEqual({ status: 'healthy' })
})

test('a busy loop is unhealthy only where that was asked for', async () => {
  const check = eventLoopCheck({ unhealthyAboveUtilization: 0.8 })
  await resultOf(check)
  busyFor(700)
  await turns(0)

  expect(await resultOf(check)).toMatchObject({ status: 'unhealthy' })
})

test('timers that come late are told, where the loop is not busy on the whole', async () => {
  const check = eventLoopCheck({ degradedAboveDelay: 100, degradedAboveUtilization: 1 })
  await resultOf(check)
  await turns(30)
  busyFor(400)
  await turns(300)

  expect(await resultOf(check)).toEqual({
    status: 'degraded',
    message: expect.stringMatching(/^1 of 100 timers was \d+ms late or more in the last /) as string,
  })
  await turns(700)
  expect(await resultOf(check)).toEqual({ status: 'healthy' })
})

test('what measures the loop does not keep a process alive', async () => {
  const source = new URL('../../../src/health/checks/event-loop-check.ts', import.meta.url).href
  const program = `const { eventLoopCheck } = await import(${JSON.stringify(source)})
    await eventLoopCheck().check({ signal: AbortSignal.abort() })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })

  expect(await once(child, 'exit')).toEqual([0, null])
})

test.each([
  () => memoryCheck({ degradedAbovePercent: 101 }),
  () => memoryCheck({ limitBytes: -1 }),
  () => memoryCheck({ limit: 1 } as object),
  () => eventLoopCheck({ degradedAboveUtilization: 2 }),
  () => eventLoopCheck({ degradedAboveDelay: 'x' }),
  () => eventLoopCheck({ unhealthyAboveUtilisation: 1 } as object),
])('options out of range, or that there are not, are refused at once (%#)', (make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
})
