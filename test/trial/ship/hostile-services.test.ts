import { describe, expect, test } from 'vitest'
import { eventsOf } from '../../../src/trial/history/lifetime.ts'
import { factsOf, sail, service } from './launched.ts'

const SHORT_GRACE = { graceMs: { value: 500, origin: 'flag' } } as const

describe.skipIf(process.platform !== 'linux')('a service that is no friend', () => {
  test('prints 100 MB: a bounded part is kept, the rest is counted, and the last line is there', async () => {
    const { lifetime, left } = await sail(factsOf(service('floods-output')), { until: 'listening', untilMs: 30_000 })
    const lines = eventsOf(lifetime, 'output').filter(({ stream }) => stream === 'stdout')
    const keptBytes = lines.reduce((sum, { line }) => sum + line.length, 0)
    const droppedLines = lines.reduce((sum, { droppedLines: dropped = 0 }) => sum + dropped, 0)
    expect(lines.length + droppedLines).toBe(1_000_001)
    expect(keptBytes).toBeLessThan(20e6)
    expect(lines.at(-1)?.line).toBe('the last line')
    const long = eventsOf(lifetime, 'output').find(({ stream }) => stream === 'stderr')
    expect(long).toMatchObject({ line: 'y'.repeat(16 * 1024), droppedBytes: 100_000 - 16 * 1024 })
    expect(left).toEqual([])
  })

  test('leaves children behind: each is written down with its ports, and ended', async () => {
    const { lifetime, left } = await sail(factsOf(service('leaves-children')), { until: 'listening' }, async (ship) => {
      await ship.history.waitFor('listening', ({ port }) => port !== ship.port, 10_000)
      ship.signal('SIGTERM')
      await ship.waitForExit(10_000)
    })
    const found = eventsOf(lifetime, 'left-behind')
    expect(found.filter(({ command }) => command.includes('sleep 1000'))).toHaveLength(1)
    expect(found).toHaveLength(2)
    expect(found.flatMap(({ ports }) => ports)).toHaveLength(1)
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 0, signal: null }])
    expect(left).toEqual([])
  })

  test('ignores SIGTERM: it is killed after the grace, and that is written down as our clean-up', async () => {
    const { lifetime, left } = await sail(factsOf(service('ignores-sigterm'), SHORT_GRACE), { until: 'listening' })
    expect(eventsOf(lifetime, 'signal')).toMatchObject([
      { signal: 'SIGTERM', why: 'cleanup' },
      { signal: 'SIGKILL', why: 'cleanup' },
    ])
    expect(eventsOf(lifetime, 'output').map(({ line }) => line)).toEqual(['not yet'])
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: null, signal: 'SIGKILL' }])
    expect(eventsOf(lifetime, 'left-behind')).toEqual([])
    expect(left).toEqual([])
  })

  test('goes into the background: its daemon is seen to listen, is known to be left behind, and ended', async () => {
    const { lifetime, left } = await sail(factsOf(service('daemonises')), { until: 'listening' }, async (ship) => {
      expect(ship.isRunning).toBe(false)
      expect(ship.signal('SIGTERM')).toBe(false)
      expect(await ship.load.once('check', {})).toMatchObject({ status: 200 })
    })
    const port = lifetime.settings['port']
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 0 }])
    expect(eventsOf(lifetime, 'listening').map(({ what }) => what)).toEqual(['opened', 'closed'])
    // Looked for a second after the end of the first process; on a busy machine the daemon comes to listen later.
    const [leftBehind] = eventsOf(lifetime, 'left-behind')
    const wasOpen = (eventsOf(lifetime, 'listening')[0]?.at ?? 0) < (leftBehind?.at ?? 0)
    expect(leftBehind).toMatchObject({ ports: wasOpen ? [port] : [] })
    expect(eventsOf(lifetime, 'signal')).toEqual([])
    expect(left).toEqual([])
  })

  test('never listens: the launch ends when its time is over', async () => {
    const facts = factsOf(service('never-listens'))
    const { lifetime, left } = await sail(facts, { until: 'listening', untilMs: 3000 }, async (ship) => {
      expect(ship.isRunning).toBe(true)
      expect(await ship.whenReady(50)).toBe(false)
      expect(await ship.load.once('check', {})).toMatchObject({ outcome: 'refused' })
    })
    expect(eventsOf(lifetime, 'listening')).toEqual([])
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 3 }])
    expect(left).toEqual([])
  })

  test('listens late: the launch waits for it', async () => {
    const { lifetime, left } = await sail(factsOf(service('listens-late')), {}, async (ship) => {
      expect(await ship.load.once('check', {})).toMatchObject({ status: 200 })
    })
    const [opened] = eventsOf(lifetime, 'listening')
    expect(opened).toMatchObject({ what: 'opened', port: lifetime.settings['port'] })
    expect(opened?.at).toBeGreaterThan(700)
    expect(left).toEqual([])
  })

  test('crashes at once: the launch ends with it, and its last words are there', async () => {
    const { lifetime, left } = await sail(factsOf(service('crashes-at-once')), {}, async (ship) => {
      expect(ship.isRunning).toBe(false)
      expect(await ship.exited).toMatchObject({ code: 1, signal: null })
    })
    expect(eventsOf(lifetime, 'output').some(({ line }) => line.includes('no such table'))).toBe(true)
    expect(left).toEqual([])
  })

  test('does not exist: the lifetime says so, and nothing throws', async () => {
    const { lifetime } = await sail(factsOf(['no-such-command-anywhere']), {}, async (ship) => {
      expect(ship.pid).toBe(0)
      expect(ship.signal('SIGTERM')).toBe(false)
    })
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 127 }])
    expect(eventsOf(lifetime, 'mark')).toMatchObject([{ name: 'not started' }])
    expect(eventsOf(lifetime, 'spawned')).toEqual([])
  })

  test('may not be run: exit code 126, as a shell says it', async () => {
    const { lifetime } = await sail(factsOf([import.meta.filename]), {})
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 126 }])
  })

  test('answers garbage: requests and probes fail, and it still ends in order', async () => {
    const { lifetime, left } = await sail(factsOf(service('answers-garbage')), {}, async (ship) => {
      expect((await ship.load.once('check', {})).outcome).not.toBe('answered')
    })
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 0 }])
    expect(left).toEqual([])
  })

  test('starts one process after the other: none of them is left', async () => {
    const { lifetime, left } = await sail(
      factsOf(service('forks-without-end')),
      { until: 'listening' },
      async (ship) => {
        await ship.pause(500)
      },
    )
    expect(eventsOf(lifetime, 'process-seen').length).toBeGreaterThan(2)
    expect(eventsOf(lifetime, 'left-behind').length).toBeGreaterThan(0)
    expect(left).toEqual([])
  })

  test('is ended with everything it started when the trial is given up', async () => {
    const { lifetime, left } = await sail(factsOf(service('leaves-children')), {}, async (ship, abort) => {
      abort.abort()
      await ship.exited
    })
    expect(eventsOf(lifetime, 'signal')[0]).toMatchObject({ signal: 'SIGTERM', why: 'cleanup' })
    expect(left).toEqual([])
  })

  test('is ended when the voyage throws', async () => {
    const sailing = sail(factsOf(service('ignores-sigterm'), SHORT_GRACE), {}, (ship) =>
      Promise.reject(new Error(`thrown beside ${ship.pid}`)),
    )
    const [, pid] = /beside (\d+)/.exec(String(await sailing.catch((error: unknown) => error))) ?? []
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
  })
})
