import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type RunningService, startService } from './start-service.ts'

/** Longer than one press of Ctrl-C can echo, see src/lifecycle/signals.ts. */
const BETWEEN_PRESSES_MS = 250

/** What the service said, in order, without the log. */
function said({ lines }: RunningService): readonly string[] {
  return lines.filter((line) => !/^(?:debug|info|warn|error) /.test(line))
}

function logged({ lines }: RunningService): readonly string[] {
  return lines.filter((line) => /^(?:debug|info|warn|error) /.test(line))
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: every handler runs, then the flush, and the exit code is 0',
  async (signal) => {
    await using service = await startService('handlers', { HANDLERS: 'http:done,drain:slow,db:done' })
    service.kill(signal)
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(said(service)).toEqual(['ready', 'handler http', 'handler drain', 'handler db', 'flush', 'clean true'])
    expect(logged(service)).toEqual([
      expect.stringMatching(new RegExp(`^info stopped in \\S+ \\(${signal}\\): everything ended by itself \\{`)),
    ])
    expect(service.errorLines).toEqual([])
  },
)

describe.each([
  ['throws', 'failed', 'db: connection lost'],
  ['rejects', 'failed', 'db: disk full'],
  ['hangs', 'timed-out', /db: did not end within \d+ ms/],
])('a handler that %s', (way, outcome, problem) => {
  test('stops nobody else: the others and the flush run, the exit code is 1, and the report names it', async () => {
    await using service = await startService('handlers', { HANDLERS: `http:done,db:${way},cache:done` })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(said(service)).toEqual(['ready', 'handler http', 'handler db', 'handler cache', 'flush'])
    const [report = ''] = logged(service)
    const words = outcome === 'failed' ? 'failed after' : 'did not stop within'
    expect(report).toMatch(new RegExp(`^error stopped in \\S+ \\(SIGTERM\\): db ${words}`))
    expect(JSON.parse(report.slice(report.indexOf('{')))).toMatchObject({
      clean: false,
      laggards: [{ name: 'db', phase: 'stop', outcome }],
      flush: { flush: { complete: true } },
    })
    expect(service.errorLines.join('\n')).toMatch(problem)
  })
})

test('all errors come joined and printed, each with its handler', async () => {
  await using service = await startService('handlers', { HANDLERS: 'http:throws,queue:hangs,db:rejects' })
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  const printed = service.errorLines.join('\n')
  expect(printed).toContain('SEA_SHUTDOWN_FAILED')
  for (const problem of ['http: connection lost', 'queue: did not end within', 'db: disk full']) {
    expect(printed).toContain(problem)
  }
})

test('when every handler hangs, each costs its share, and the flush still runs', async () => {
  await using service = await startService('handlers', { HANDLERS: 'a:hangs,b:hangs,c:hangs', TIMEOUT: '1s' })
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  expect(said(service)).toEqual(['ready', 'handler a', 'handler b', 'handler c', 'flush'])
})

test('a flush that hangs ends with its slice; lost telemetry is reported and does not change the exit code', async () => {
  await using service = await startService('handlers', { HANDLERS: 'db:done', FLUSH: 'hangs', FLUSH_TIMEOUT: '200ms' })
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 0, signal: null })
  expect(logged(service).at(-1)).toContain('flush not delivered completely')
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second signal, %s, ends the process at once with %i', async (signal, code) => {
  await using service = await startService('handlers', { HANDLERS: 'db:hangs', TIMEOUT: '1h' })
  service.kill('SIGTERM')
  await service.line('handler db')
  await wait(BETWEEN_PRESSES_MS)
  service.kill(signal)
  expect(await service.exit).toEqual({ code, signal: null })
  expect(said(service)).toEqual(['ready', 'handler db'])
  expect(logged(service).at(-1)).toContain(`error second ${signal}: leaving at once: stop; waiting for db for `)
})

test('another listener of the signal is warned of, because it could end the process in the middle', async () => {
  await using service = await startService('handlers', { HANDLERS: 'db:done', FOREIGN: '1' })
  expect(await service.line('warn')).toContain('there is another listener of SIGTERM')
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 0, signal: null })
})

test('a program that has nothing else to do still waits for its signal', async () => {
  await using service = await startService('handlers', { HANDLERS: 'db:done' })
  await wait(BETWEEN_PRESSES_MS)
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 0, signal: null })
})

describe('with a watchdog, the process is gone half a second after its time-out', () => {
  const env = { TIMEOUT: '400ms', FLUSH_TIMEOUT: '100ms', WATCHDOG: '1' }

  test('when a handler blocks the event loop: exit code 1, and what blocks is said', async () => {
    await using service = await startService('handlers', { ...env, HANDLERS: 'http:done,db:blocks' })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(service.errorLines).toEqual([expect.stringContaining('the event loop is blocked in blockForEver (file://')])
    expect(JSON.parse(service.errorLines[0] ?? '')).toMatchObject({ watchdog: { running: [{ name: 'db' }] } })
  })

  test('when something keeps it alive after the last handler: exit code 1, and a line', async () => {
    await using service = await startService('handlers', { ...env, HANDLERS: 'db:holds on' })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    expect(said(service)).toEqual(['ready', 'handler db', 'flush', 'clean true'])
    expect(logged(service).at(-1)).toMatch(/^error still here 900ms after the shutdown began: report/)
  })

  test('and nothing is said when it ends by itself', async () => {
    await using service = await startService('handlers', { ...env, HANDLERS: 'db:done' })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(service.errorLines).toEqual([])
    expect(logged(service)).toHaveLength(1)
  })
})
