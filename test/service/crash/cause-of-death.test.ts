import { describe, expect, test } from 'vitest'
import { type Around, causeOfDeath, describeLife, type Remains } from '../../../src/service/crash/cause-of-death.ts'
import type { LifeFacts } from '../../../src/service/crash/life-mark.ts'

const MIB = 1024 * 1024

const FACTS: LifeFacts = {
  identity: { pid: 7, startTime: '12', pidNamespace: 'pid:[1]', bootId: 'boot', host: 'shop-1' },
  service: 'shop',
  version: '1.0.0',
  instanceId: undefined,
  node: 'v24.0.0',
  startedAt: '2026-11-23T04:00:00.000Z',
  heapLimitBytes: 384 * MIB,
  memoryLimitBytes: 512 * MIB,
  oomKills: 0,
  foreignReports: undefined,
  heapSnapshots: undefined,
  pulse: {
    at: '2026-11-23T07:02:03.000Z',
    rssBytes: 200 * MIB,
    heapUsedBytes: 100 * MIB,
    loopUtilization: 0.2,
    lateMs: 0,
    inFlight: 3,
  },
}
const AROUND: Around = { bootId: 'boot', oomKills: 0, totalMemoryBytes: 64 * 1024 * MIB }
const OUT_OF_MEMORY = {
  message: 'Allocation failed - JavaScript heap out of memory',
  isOutOfMemory: true,
  stack: ['at fill (file:///app/x.js:1:1)'],
}
const BUSY = { ...FACTS, pulse: { ...FACTS.pulse, rssBytes: 500 * MIB } }
const ENDED = { at: FACTS.pulse.at, type: 'TypeError', message: 'boom' }
const STUCK = { time: '2026-11-23T07:02:20.000Z', stack: ['spin (file:///app/x.js:3:7)'] }

test('the stack is told where there is one', () => {
  expect(causeOfDeath(FACTS, { fatal: OUT_OF_MEMORY }, AROUND).stack).toEqual(OUT_OF_MEMORY.stack)
  const fatal = { ...OUT_OF_MEMORY, stack: [] }
  for (const isOutOfMemory of [true, false]) {
    expect(causeOfDeath(FACTS, { fatal: { ...fatal, isOutOfMemory } }, AROUND)).not.toHaveProperty('stack')
  }
})

describe('why it died', () => {
  test.each<[string, LifeFacts, Remains, Partial<Around>, string]>([
    ['uncaught', { ...FACTS, ended: ENDED }, { fatal: OUT_OF_MEMORY }, {}, 'nobody caught: TypeError: boom'],
    ['uncaught', { ...FACTS, ended: { ...ENDED, type: undefined } }, {}, {}, 'nobody caught: boom'],
    ['out-of-memory', FACTS, { fatal: OUT_OF_MEMORY }, { oomKills: 1 }, 'its heap may have 384 MiB (Allocation failed'],
    [
      'fatal-error',
      FACTS,
      { fatal: { message: 'Assertion `x` failed', isOutOfMemory: false, stack: [] } },
      {},
      'a fatal error: Assertion',
    ],
    [
      'blocked',
      FACTS,
      { blocked: { msg: 'shop did not end within 25s' } },
      {},
      'watchdog, because its shutdown did not end: shop did',
    ],
    ['stuck', FACTS, { stuck: STUCK }, {}, 'killed while its event loop was stuck, in spin (file:///app/x.js:3:7)'],
    ['stuck', FACTS, { stuck: { time: STUCK.time } }, {}, 'killed while its event loop was stuck'],
    ['machine-restarted', BUSY, {}, { bootId: 'another', oomKills: 9 }, 'ended with its machine'],
    ['oom-killed', FACTS, {}, { oomKills: 2 }, 'oom_kill of the control group went from 0 to 2, 200 MiB of 512 MiB'],
    ['oom-killed', BUSY, {}, {}, 'as it seems by the kernel for its memory: 500 MiB of 512 MiB were resident'],
    [
      'out-of-memory',
      { ...BUSY, pulse: { ...BUSY.pulse, heapUsedBytes: 380 * MIB } },
      {},
      {},
      'ran out of memory, as it seems: 380 MiB of 384 MiB of its heap',
    ],
    ['unknown', FACTS, {}, {}, 'left no word: SIGKILL'],
    ['unknown', { ...BUSY, memoryLimitBytes: 0 }, {}, {}, '; 500 MiB were resident when it was last seen'],
    ['unknown', { ...BUSY, memoryLimitBytes: 2 ** 63 }, {}, {}, '; 500 MiB were resident when it was last seen'],
    ['unknown', { ...FACTS, oomKills: undefined }, {}, { oomKills: 5 }, 'left no word'],
  ])('%s', (cause, facts, remains, around, text) => {
    const death = causeOfDeath(facts, remains, { ...AROUND, ...around })
    expect(death.cause).toBe(cause)
    expect(death.text).toContain(text)
  })

  test('a loop that was stuck once and has turned since is not why', () => {
    const before = { ...STUCK, time: '2026-11-23T05:00:00.000Z' }
    expect(causeOfDeath(FACTS, { stuck: before }, AROUND).cause).toBe('unknown')
  })
})

test('the line says who it was, and from when to when it was seen', () => {
  expect(describeLife(FACTS)).toBe('pid 7, seen from 2026-11-23T04:00:00.000Z to 2026-11-23T07:02:03.000Z')
})
