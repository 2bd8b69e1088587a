import { expect, test } from 'vitest'
import { toWatchdogLine, type WatchdogBrief } from '../../src/lifecycle/watchdog-line.ts'

const snapshot = { phase: 'stop', elapsedMs: 25_100, running: [], openCount: 0, open: [] } as const
const brief: WatchdogBrief = {
  kind: 'seaworthy-watchdog',
  name: 'shop',
  reason: 'SIGTERM',
  deadlineMs: 25_000,
  stepMs: 1000,
  actAt: 0,
  mayInspect: true,
  fields: { service: 'shop', pid: 7 },
  terminationLog: '/dev/termination-log',
  snapshot,
}
const time = '2026-01-01T00:00:00.000Z'

test('JavaScript: the first frame that is not of Node is the culprit, and Node’s are in the stack', () => {
  const stack = [
    { functionName: 'parse', location: 'node:internal/url:1:1' },
    { functionName: 'render', location: 'file:///app/page.js:3:9' },
  ]
  const { line, message } = toWatchdogLine(brief, {
    blockage: { kind: 'javascript', stack },
    snapshot,
    time,
    isLeaving: false,
  })
  expect(message).toBe(
    'shop did not end within 25s (SIGTERM): the event loop is blocked in render (file:///app/page.js:3:9); stop. Ended by its watchdog with exit code 1',
  )
  expect(line.endsWith('\n')).toBe(true)
  expect(JSON.parse(line)).toMatchObject({
    level: 'fatal',
    time,
    service: 'shop',
    pid: 7,
    msg: message,
    watchdog: { exitCode: 1, stack: ['parse (node:internal/url:1:1)', 'render (file:///app/page.js:3:9)'] },
  })
})

test('a stack of Node’s own frames has its innermost as the culprit, and an empty one none', () => {
  const stack = [{ functionName: 'processTimers', location: 'node:internal/timers:1:1' }]
  const say = (frames: typeof stack) =>
    toWatchdogLine(brief, { blockage: { kind: 'javascript', stack: frames }, snapshot, time, isLeaving: false }).message
  expect(say(stack)).toContain('is blocked in processTimers (node:internal/timers:1:1)')
  expect(say([])).toContain('is blocked in JavaScript')
})

test('a deep stack is cut to twenty frames', () => {
  const stack = Array.from({ length: 90 }, () => ({ functionName: 'again', location: 'file:///app/x.js:1:1' }))
  const { watchdog } = toWatchdogLine(brief, {
    blockage: { kind: 'javascript', stack },
    snapshot,
    time,
    isLeaving: false,
  })
  expect(watchdog['stack']).toHaveLength(20)
})

test('native code: where it waits and for which process, as far as it is known', () => {
  const say = (known: { waitsIn?: string; children: readonly string[] }) =>
    toWatchdogLine(brief, { blockage: { kind: 'native', ...known }, snapshot, time, isLeaving: false }).message
  expect(say({ waitsIn: 'do_epoll_wait', children: ['sh (9)'] })).toContain(
    'in the system or in native code (do_epoll_wait), with the child process sh (9); stop. Ended by its watchdog with SIGKILL (137)',
  )
  expect(say({ children: [] })).toContain('in the system or in native code; stop')
})
