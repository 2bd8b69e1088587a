import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startReceiver } from 'seaworthy/testing'
import { describe, expect, test, vi } from 'vitest'
import { die, type EvidenceDirectory, evidenceDirectory, launchNext, linesOf } from './dying-service.ts'
import { type LoggedService, startLogged } from './logged-service.ts'
import { startApplication } from './start-registered.ts'

// Each test starts several processes, one after the other.
vi.setConfig({ testTimeout: 60_000 })

async function startDying(
  evidence: EvidenceDirectory,
  env: Readonly<Record<string, string>> = {},
): Promise<LoggedService> {
  const service = launchNext(evidence, env)
  try {
    await service.line('dies is ready')
    return service
  } catch (error) {
    await service[Symbol.asyncDispose]()
    throw error
  }
}

/** A request in flight that ends within the time of a crash, and one that does not. */
async function keepBusy(service: LoggedService) {
  const short = fetch(`${service.url}/wait?ms=700`).then((response) => response.text())
  const endless = fetch(`${service.url}/wait?ms=60000`).then(
    () => 'answered',
    () => 'cut',
  )
  await service.line('request /wait?ms=700')
  await service.line('request /wait?ms=60000')
  return { short, endless }
}

const SECRET = 'pa55word'

describe.each([
  ['timer', 'a timer throws', 'uncaughtException', 'timer failed'],
  ['event', 'a callback throws while a request is in flight', 'uncaughtException', 'event failed'],
  ['promise', 'a promise is rejected and nobody handles it', 'unhandledRejection', 'promise failed'],
  ['later', 'an async function fails that nobody waits for', 'unhandledRejection', 'later failed'],
  ['emitter', 'an emitter without a listener emits an error', 'uncaughtException', 'nobody listens'],
  ['worker', 'a worker thread throws and nobody listens to it', 'uncaughtException', 'worker failed'],
  ['worker-memory', 'a worker thread runs out of its memory', 'uncaughtException', 'memory'],
])('%s: %s', (how, _what, origin, message) => {
  test('exit code 1, what is in flight is answered or counted, there is evidence, and the telemetry arrives', async () => {
    using evidence = evidenceDirectory()
    await using receiver = await startReceiver()
    await using service = await startDying(evidence, receiver.environment())
    const { short, endless } = await keepBusy(service)
    await die(service, how)
    expect(await short).toBe('answered')
    expect(await endless).toBe('cut')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(service.errorLines).toContain('db stop')

    // One line, with the file; the report and the termination log name it, too.
    const [line, ...others] = linesOf(service, 'crash.uncaught')
    expect(others).toEqual([])
    expect(line).toMatchObject({ level: 'fatal', origin, msg: 'dies: uncaught exception' })
    const file = line?.['evidence'] as string
    expect(service.report()).toMatchObject({ exitCode: 1, reason: 'uncaught exception', evidence: file })
    expect(service.report()['aborted']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^web: GET \/wait after/)]),
    )
    expect(service.terminationLog()).toContain(`evidence: ${file}`)

    // Of the file: what happened, and what was going on.
    const [name = ''] = evidence.names('uncaught')
    expect(file).toBe(`${evidence.folder}/${name}`)
    expect(evidence.modeOf(name)).toBe('600')
    const record = evidence.read('uncaught')
    expect(record).toMatchObject({
      event: 'crash.uncaught',
      service: 'dies',
      version: '1.2.3',
      pid: service.pid,
      origin,
      err: { message: expect.stringContaining(message) as string, stack: expect.any(String) as string },
      inFlight: { count: expect.any(Number) as number },
      shutdown: { exitCode: 1, clean: false },
    })
    const inFlight = record['inFlight'] as { count: number; oldest: { name: string; ageMs: number }[] }
    expect(inFlight.count).toBeGreaterThanOrEqual(2)
    expect(inFlight.oldest.map((each) => each.name)).toEqual(expect.arrayContaining(['web: GET /wait']))

    // What was said of it is delivered, with the spans of what was in flight.
    const [crash, ...more] = receiver.logs({ body: 'dies: uncaught exception' })
    expect(more).toEqual([])
    expect(crash?.severityText).toBe('FATAL')
    expect(crash?.attributes['exception.message']).toContain(message)
    expect(crash?.attributes['evidence']).toBe(file)
    const spans = receiver.spans({ kind: 'server' }).map(({ attributes }) => attributes['url.path'])
    expect(spans).toHaveLength(3)
    expect(spans).toEqual(expect.arrayContaining(['/die', '/wait', '/wait']))
    expect(service.report()).toMatchObject({ flush: { telemetry: { complete: true, lost: 0 } } })

    for (const text of [...service.lines, JSON.stringify(record), service.terminationLog()]) {
      expect(text).not.toContain(SECRET)
    }
  })
})

test.each(['timer', 'later', 'promise'])(
  'the span of the request that %s belongs to has the exception, and the line and the record have its ids',
  async (how) => {
    using evidence = evidenceDirectory()
    await using receiver = await startReceiver()
    await using service = await startDying(evidence, receiver.environment())
    await die(service, how)
    expect(await service.exit).toEqual({ code: 1, signal: null })
    const span = receiver.spans({ kind: 'server' }).find(({ attributes }) => attributes['url.path'] === '/die')
    expect(span?.status.code).toBe(2)
    expect(span?.events.map(({ name }) => name)).toContain('exception')
    const ids = { trace_id: span?.traceId, span_id: span?.spanId }
    expect(linesOf(service, 'crash.uncaught')[0]).toMatchObject(ids)
    expect(evidence.read('uncaught')).toMatchObject(ids)
  },
)

describe('what is no crash', () => {
  test.each(['throws', 'rejects'])('a handler %s: it is answered with 500, and the process goes on', async (how) => {
    using evidence = evidenceDirectory()
    await using service = await startDying(evidence)
    const { short, endless } = await keepBusy(service)
    const response = await fetch(`${service.url}/die?how=${how}`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toMatch(/handler failed|pa55word/)
    expect(await short).toBe('answered')
    expect(await fetch(`${service.url}/wait?ms=0`).then((other) => other.text())).toBe('answered')
    expect(service.log().some(({ err }) => (err as Error | undefined)?.message.startsWith('handler failed'))).toBe(true)
    expect(linesOf(service, 'crash.uncaught')).toEqual([])
    expect(evidence.names('uncaught')).toEqual([])
    service.kill('SIGTERM')
    expect(await endless).toBe('cut')
    await service.exit
    expect(service.report()).toMatchObject({ reason: 'SIGTERM' })
    expect(evidence.names()).toEqual([])
    expect(service.lines.join('\n')).not.toContain(SECRET)
  })

  test('a task that goes on failing: it ends the service with 70, which tells of it itself, and the next one has nothing to tell', async () => {
    using evidence = evidenceDirectory()
    await using victim = await startLogged('supervised', { TASK: 'rejects', SEAWORTHY_CRASH_DIR: evidence.path })
    const folder = join(evidence.path, 'crash@supervised')
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^life-/)])
    victim.kill('SIGUSR2')
    expect(await victim.exit).toEqual({ code: 70, signal: null })
    expect(victim.errorLines).toEqual(expect.arrayContaining(['relay run 4', 'db stop']))
    expect(victim.report()).toMatchObject({ exitCode: 70, reason: '"relay" failed' })
    expect(victim.terminationLog()).toContain('task "relay" failed 4 times')
    expect(linesOf(victim, 'crash.uncaught')).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('the next process', () => {
  test.each([
    [
      'timer',
      'uncaught',
      'was ended by an exception that nobody caught: Error: timer failed for postgres://app:***@db',
    ],
    ['abort', 'unknown', 'left no word'],
  ])('tells once what the one before it died of: %s', async (how, cause, text) => {
    using evidence = evidenceDirectory()
    await using victim = await startDying(evidence)
    await die(victim, how)
    const { code } = await victim.exit
    expect(code).not.toBe(0)

    await using receiver = await startReceiver()
    await using next = launchNext(evidence, receiver.environment())
    const line = await next.line('crash.found')
    const record = await receiver.waitForLog({ attribute: { event: 'crash.found' } })
    next.kill('SIGTERM')
    expect(await next.exit).toEqual({ code: 0, signal: null })
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', cause, died: { pid: victim.pid, version: '1.2.3' } })
    expect((JSON.parse(line) as { msg: string }).msg).toContain(text)
    expect(record.body).toContain(text)
    expect(linesOf(next, 'crash.found')).toHaveLength(1)
    const counts = receiver
      .metrics({ name: 'seaworthy.crash.found' })
      .map(({ attributes, latest }) => [attributes, 'value' in latest ? Number(latest.value) : undefined])
    expect(counts).toEqual([[{ 'seaworthy.crash.cause': cause }, 1]])

    await using third = launchNext(evidence)
    await third.line('dies is ready')
    third.kill('SIGTERM')
    await third.exit
    expect(linesOf(third, 'crash.found')).toEqual([])
    expect(evidence.names('life')).toEqual([])
  })

  test('of several that start at once, one tells', async () => {
    using evidence = evidenceDirectory()
    await using victim = await startDying(evidence)
    victim.kill('SIGKILL')
    await victim.exit
    await using one = await startDying(evidence)
    await using other = await startDying(evidence)
    for (const each of [one, other]) each.kill('SIGTERM')
    await Promise.all([one.exit, other.exit])
    expect([...linesOf(one, 'crash.found'), ...linesOf(other, 'crash.found')]).toHaveLength(1)
  })

  test('says nothing of one that lives, and nothing after an end that was asked for, or told of', async () => {
    using evidence = evidenceDirectory()
    await using living = await startDying(evidence)
    await using stopped = await startDying(evidence)
    stopped.kill('SIGTERM')
    expect(await stopped.exit).toEqual({ code: 0, signal: null })
    await using forced = await startDying(evidence)
    void fetch(`${forced.url}/wait?ms=60000`).catch(() => {})
    await forced.line('request /wait?ms=60000')
    forced.kill('SIGTERM')
    await forced.line('received SIGTERM')
    forced.kill('SIGINT')
    expect(await forced.exit).toEqual({ code: 130, signal: null })
    expect(evidence.names('life')).toHaveLength(1)
    await using next = await startDying(evidence)
    next.kill('SIGTERM')
    await next.exit
    expect(linesOf(next, 'crash.found')).toEqual([])
    living.kill('SIGTERM')
    expect(await living.exit).toEqual({ code: 0, signal: null })
    expect(evidence.names()).toEqual([])
  })
})

describe('out of memory', () => {
  const SMALL = { NODE_OPTIONS: '--max-old-space-size=64' }

  test('Node leaves its report, without the environment; the next process says what it was, and where', async () => {
    using evidence = evidenceDirectory()
    const flags = { NODE_OPTIONS: `${SMALL.NODE_OPTIONS} --report-exclude-env` }
    await using victim = await startDying(evidence, { ...flags, API_TOKEN: 'very-secret-token' })
    const asked = fetch(`${victim.url}/wait?ms=60000`).catch(() => {})
    await victim.line('request /wait?ms=60000')
    await die(victim, 'memory')
    const { code, signal } = await victim.exit
    await asked
    expect(code === 134 || signal === 'SIGABRT').toBe(true)
    const raw = JSON.stringify(evidence.read('fatal'))
    expect(raw).not.toContain('very-secret-token')

    await using next = launchNext(evidence)
    const line = JSON.parse(await next.line('crash.found')) as Record<string, unknown>
    next.kill('SIGTERM')
    await next.exit
    expect(line).toMatchObject({ cause: 'out-of-memory', died: { pid: victim.pid } })
    expect(line['msg']).toMatch(/ran out of memory: its heap may have .* heap out of memory/)
    const [file = ''] = line['evidence'] as string[]
    expect(file).toMatch(/fatal-\d+-[\da-f]{12}\.json$/)
    expect(evidence.modeOf(evidence.names('fatal')[0] ?? '')).toBe('600')
    const report = evidence.read('fatal')
    expect(report).toMatchObject({ javascriptHeap: { memoryLimit: expect.any(Number) as number } })
    expect(report['header']).not.toHaveProperty('networkInterfaces')
  })

  test('where Node would put the environment into its report, there is none unless it was asked for; then the next process takes it out', async () => {
    using evidence = evidenceDirectory()
    const env = { ...SMALL, API_TOKEN: 'very-secret-token' }
    await using careful = await startDying(evidence, env)
    await die(careful, 'memory')
    await careful.exit
    expect(evidence.names('fatal')).toEqual([])

    await using asked = await startDying(evidence, { ...env, CRASH: JSON.stringify({ report: 'fatal' }) })
    await die(asked, 'memory')
    await asked.exit
    expect(evidence.names('fatal')).toHaveLength(1)
    await using next = launchNext(evidence)
    expect(JSON.parse(await next.line('crash.found'))).toMatchObject({ cause: 'out-of-memory' })
    expect(JSON.stringify(evidence.read('fatal'))).not.toContain('very-secret-token')
    next.kill('SIGTERM')
    await next.exit
  })

  test('a snapshot of the heap is there where it was asked for, and nowhere else', async () => {
    using evidence = evidenceDirectory()
    const flags = { NODE_OPTIONS: `${SMALL.NODE_OPTIONS} --diagnostic-dir=${evidence.path}` }
    await using victim = await startDying(evidence, { ...flags, SEAWORTHY_CRASH_HEAP_SNAPSHOTS: '1' })
    await die(victim, 'memory')
    await victim.exit
    await using next = launchNext(evidence)
    const line = JSON.parse(await next.line('crash.found')) as { evidence: string[] }
    next.kill('SIGTERM')
    await next.exit
    const [snapshot = ''] = evidence.names('heap')
    expect(line.evidence).toContain(`${evidence.folder}/${snapshot}`)
    expect(evidence.modeOf(snapshot)).toBe('600')
    expect(readdirSync(evidence.path)).toEqual(['crash@dies'])
  })
})

test('a loop that is stuck leaves its stack, and when it is killed the next process says so', async () => {
  using evidence = evidenceDirectory()
  await using victim = await startDying(evidence)
  await die(victim, 'stuck')
  const stuck = JSON.parse(await victim.line('event_loop.stuck')) as { evidence: string }
  expect(stuck.evidence).toMatch(new RegExp(`^${evidence.folder}/stuck-\\d+-[\\da-f]{12}-1\\.json$`))
  victim.kill('SIGKILL')
  await victim.exit
  await using next = launchNext(evidence)
  const line = JSON.parse(await next.line('crash.found')) as Record<string, unknown>
  next.kill('SIGTERM')
  await next.exit
  expect(line).toMatchObject({ cause: 'stuck', evidence: [stuck.evidence] })
  expect(line['msg']).toMatch(
    /was killed while its event loop was stuck, in Timeout\.blockForEver \[as _onTimeout\] \(/,
  )
})

test('a shutdown that its watchdog ends leaves what the watchdog said', async () => {
  using evidence = evidenceDirectory()
  await using victim = await startDying(evidence, { HOW: 'blocks', SEAWORTHY_ADMIN_OFF_LOOP: 'false' })
  victim.kill('SIGTERM')
  expect(await victim.exit).toEqual({ code: 1, signal: null })
  await using next = launchNext(evidence)
  const line = JSON.parse(await next.line('crash.found')) as Record<string, unknown>
  next.kill('SIGTERM')
  await next.exit
  expect(line['cause']).toBe('blocked')
  expect(line['msg']).toContain('the event loop is blocked in blockForEver (')
})

describe('what goes wrong while it crashes', () => {
  test.each([
    ['undefined', 'undefined'],
    ['hostile', 'something was thrown that has no text'],
  ])('something that no log can print ends it all the same: %s', async (how, error) => {
    using evidence = evidenceDirectory()
    await using service = await startDying(evidence)
    await die(service, how)
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(service.errorLines).toContain('db stop')
    expect(service.report()).toMatchObject({ reason: 'uncaught exception', error })
  })

  test('an error with a document in it costs neither the requests in flight nor the telemetry', async () => {
    using evidence = evidenceDirectory()
    await using receiver = await startReceiver()
    await using service = await startDying(evidence, receiver.environment())
    const { short } = await keepBusy(service)
    await die(service, 'huge')
    expect(await short).toBe('answered')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(evidence.read('uncaught')).toMatchObject({
      err: { message: expect.stringMatching(/^bad row: name=value/) as string },
      shutdown: { exitCode: 1 },
    })
    expect(evidence.names('stuck')).toEqual([])
    expect(service.report()).toMatchObject({ flush: { telemetry: { complete: true, lost: 0 } } })
  })

  test('in a shutdown that somebody has asked for: nothing new is taken from then on, and the code is 1', async () => {
    using evidence = evidenceDirectory()
    // Longer than the program may live.
    await using service = await startDying(evidence, { DRAIN: '120s', SEAWORTHY_GRACE_SECONDS: '200' })
    service.kill('SIGTERM')
    await service.line('received SIGTERM')
    await die(service, 'timer')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(service.report()).toMatchObject({ reason: 'SIGTERM', clean: false })
    expect(service.report()['failures']).toEqual([expect.stringContaining('uncaught exception: timer failed')])
    expect(evidence.read('uncaught')).toMatchObject({ shutdown: { reason: 'SIGTERM' } })
  })

  test('exceptions that go on coming are told of ten times, and counted', async () => {
    using evidence = evidenceDirectory()
    await using service = await startDying(evidence)
    const { short } = await keepBusy(service)
    await die(service, 'twice')
    expect(await short).toBe('answered')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    const lines = linesOf(service, 'crash.uncaught')
    expect(lines).toHaveLength(10)
    expect(lines.at(-1)?.msg).toBe('dies: uncaught exception; further ones are not told of')
    expect(lines.map((line) => line['evidence'] !== undefined)).toEqual([
      true,
      ...Array.from({ length: 9 }, () => false),
    ])
    expect(evidence.names('uncaught')).toHaveLength(1)
    expect(evidence.read('uncaught')).toMatchObject({
      err: { message: expect.stringContaining('first failed') as string },
    })
  })

  test('where another listener of the event ends the process at once, the record is there already', async () => {
    using evidence = evidenceDirectory()
    await using service = await startDying(evidence)
    await die(service, 'exits')
    expect(await service.exit).toEqual({ code: 9, signal: null })
    expect(evidence.read('uncaught')).toMatchObject({ event: 'crash.uncaught' })
    await using next = launchNext(evidence)
    expect(JSON.parse(await next.line('crash.found'))).toMatchObject({ cause: 'uncaught' })
    next.kill('SIGTERM')
    await next.exit
  })

  test('the collector is away: what was said is delivered by the next process', async () => {
    using evidence = evidenceDirectory()
    await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
    const env = { ...receiver.environment(), SEAWORTHY_SPOOL_DIR: `${evidence.path}/spool` }
    await using victim = await startDying(evidence, env)
    await die(victim, 'timer')
    expect(await victim.exit).toEqual({ code: 1, signal: null })
    await receiver.setFault(undefined)
    await using next = launchNext(evidence, env)
    const record = await receiver.waitForLog({ body: 'dies: uncaught exception' }, { timeout: '15s' })
    expect(record.attributes['exception.message']).toContain('timer failed')
    next.kill('SIGTERM')
    expect(await next.exit).toEqual({ code: 0, signal: null })
  })
})

describe('where nothing can be kept', () => {
  test('one line says so, and everything else is as ever', async () => {
    using evidence = evidenceDirectory()
    await using service = await startDying(evidence, { SEAWORTHY_CRASH_DIR: '/dev/null/evidence' })
    expect(linesOf(service, 'crash.no_evidence')).toMatchObject([{ level: 'warn' }])
    await die(service, 'timer')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(linesOf(service, 'crash.uncaught')[0]).not.toHaveProperty('evidence')
    expect(service.report()).not.toHaveProperty('evidence')
  })

  test('switched off, nothing is written and nothing is said', async () => {
    using evidence = evidenceDirectory()
    await using service = await startDying(evidence, { SEAWORTHY_CRASH_DIR: 'off', TMPDIR: evidence.path })
    await die(service, 'timer')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(readdirSync(evidence.path)).toEqual([])
    expect(linesOf(service, 'crash.no_evidence')).toEqual([])
  })
})

test('a report of Node of an uncaught exception is there where it was asked for', async () => {
  using evidence = evidenceDirectory()
  await using service = await startDying(evidence, {
    CRASH: JSON.stringify({ report: 'always' }),
    API_TOKEN: 'very-secret-token',
  })
  await die(service, 'timer')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  const report = evidence.read('report')
  expect(report['javascriptStack']).toMatchObject({ message: expect.stringContaining('timer failed') as string })
  expect(JSON.stringify(report)).not.toMatch(/very-secret-token|pa55word|networkInterfaces/)
})

test('an application that knows nothing of it leaves the same, and its next process says so', async () => {
  using evidence = evidenceDirectory()
  const env = { SEAWORTHY_CRASH_DIR: evidence.path }
  await using victim = await startApplication('throws on request', env)
  await fetch(`${victim.url}/throw`).catch(() => {})
  expect(await victim.exit).toEqual({ code: 1, signal: null })
  const { evidence: file } = victim.report() as { evidence: string }
  const record = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  expect(record).toMatchObject({ err: { message: 'nobody catches this' }, shutdown: { reason: 'uncaught exception' } })
  await using next = await startApplication('throws on request', env)
  expect(JSON.parse(await next.line('crash.found'))).toMatchObject({ cause: 'uncaught', evidence: [file] })
  next.kill('SIGTERM')
  expect(await next.exit).toEqual({ code: 0, signal: null })
  expect(readdirSync(join(file, '..'))).toEqual([file.slice(file.lastIndexOf('/') + 1)])
})
