import { connect, createServer } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { type Log, silentLog } from '../../../src/core/log.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { HealthChecker } from '../../../src/health/health-checker.ts'
import { createProbeSource } from '../../../src/health/probe-snapshot.ts'
import { freePort } from '../../../src/process/free-port.ts'
import { createAdminServer } from '../../../src/server/admin-server.ts'
import { OffLoopAdmin, type OffLoopSettings } from '../../../src/server/off-loop/off-loop-admin.ts'
import { openConnection, until } from '../start-server.ts'

const probes = createProbeSource({ health: new HealthChecker(), state: () => 'ready' })

function settings(over: Partial<OffLoopSettings> = {}): OffLoopSettings {
  return {
    name: 'orders',
    stuckAfterMs: undefined,
    snapshot: () => probes.snapshot(),
    evidence: undefined,
    fields: {},
    fd: undefined,
    ...over,
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    onTestFinished(() => void socket.destroy())
  })
}

test('a main thread that is busy for the whole time that its thread may take to come up has the thread all the same', async () => {
  const clock = new ManualClock()
  const warnings: string[] = []
  const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) }
  const opening = OffLoopAdmin.open(settings(), {
    name: 'admin',
    host: '127.0.0.1',
    port: 0,
    clock,
    log,
    details: undefined,
    token: undefined,
    answer: () => Promise.resolve({ status: 404 }),
    onLost: () => {},
  })
  await clock.advance(10_000)
  const admin = await opening
  onTestFinished(async () => {
    const closing = admin?.close(0)
    await clock.advance(1000)
    await closing
  })
  expect(warnings).toEqual([])
  expect(await isOpen(admin?.bound?.port as number)).toBe(true)
})

test.each([
  ['with a thread', () => settings()],
  ['where there can be none', () => settings({ fields: { unsendable: () => {} } })],
  ['where there is to be none', undefined],
])('what is closed while it comes up, %s, does not listen afterwards', async (_, offLoop) => {
  const port = await freePort()
  const admin = createAdminServer({
    clock: systemClock,
    probes,
    port,
    host: '127.0.0.1',
    ...(offLoop === undefined ? {} : { offLoop }),
  })
  const listening = admin.listen()
  await admin.close(0)
  await listening
  expect(await isOpen(port)).toBe(false)
  expect(admin.bound).toBeUndefined()
})

/** The thread that is made by what `work` does. */
async function threadOf(work: () => Promise<unknown>): Promise<Worker> {
  const made = Promise.withResolvers<Worker>()
  process.once('worker', made.resolve)
  await work()
  return made.promise
}

test('a page of the main thread is told when its reader has gone', async () => {
  let signal: AbortSignal | undefined
  const admin = createAdminServer({
    clock: systemClock,
    probes,
    port: 0,
    host: '127.0.0.1',
    offLoop: () => settings(),
    routes: {
      '/metrics': {
        access: 'open',
        answer: (request) => {
          signal = request.signal
          return new Promise(() => {})
        },
      },
    },
  })
  onTestFinished(() => void admin.close(0))
  const { port } = await admin.listen()
  const connection = openConnection(port)
  void connection.request({ path: '/metrics' })
  await until(() => signal !== undefined)
  expect(signal?.aborted).toBe(false)
  connection.close()
  await until(() => signal?.aborted === true)
  // And not of the time that a page may take.
  expect(signal?.reason).toMatchObject({ name: 'AbortError' })
  expect(await openConnection(port).request({ path: '/livez' })).toMatchObject({ status: 200 })
})

test('a port that cannot be taken over when the thread is lost is an error of its own', async () => {
  const events: unknown[] = []
  const keep = (fields: object): void => void events.push((fields as { event?: unknown }).event)
  const admin = createAdminServer({
    clock: systemClock,
    probes,
    port: 0,
    host: '127.0.0.1',
    offLoop: () => settings(),
    log: { ...silentLog, warn: keep, error: keep },
  })
  onTestFinished(() => void admin.close(0))
  const thread = await threadOf(() => admin.listen())
  const other = createServer()
  onTestFinished(() => void other.close())
  // Before the admin server hears of it, which listens to this later than a test can.
  thread.prependListener('exit', () => other.listen(admin.bound?.port, '127.0.0.1'))
  await thread.terminate()
  await until(() => events.length === 2)
  expect(events).toEqual(['probes.thread_lost', 'probes.unanswered'])
})

test('the thread knows the age of a result on the clock of the main thread', async () => {
  const health = new HealthChecker().register({ name: 'db', interval: '1h', check: () => {} })
  await health.start()
  onTestFinished(() => health.stop())
  const checked = createProbeSource({ health, state: () => 'ready' })
  const admin = createAdminServer({
    clock: systemClock,
    probes: checked,
    port: 0,
    host: '127.0.0.1',
    offLoop: () => settings({ snapshot: () => checked.snapshot() }),
  })
  onTestFinished(() => void admin.close(0))
  const { port } = await admin.listen()
  const answer = await openConnection(port).request({ path: '/readyz?format=nest' })
  const { details } = JSON.parse(String(answer.body)) as { details: { db: { status: string; ageMs: number } } }
  expect(details.db.status).toBe('up')
  expect(details.db.ageMs).toBeLessThanOrEqual(performance.now())
})
