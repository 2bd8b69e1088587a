import { startReceiver } from 'seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { type LoggedService, startLogged } from './logged-service.ts'

const start = (env: Readonly<Record<string, string>>): Promise<LoggedService> => startLogged('supervised', env)

/** What its components did, without the requests. */
const deeds = (service: LoggedService): readonly string[] =>
  service.errorLines.filter((line) => !line.startsWith('request '))

describe('a task that goes on failing ends the service with 70, after everything that a shutdown does', () => {
  test.each([
    ['throws before it returns', 'throws', 'the relay threw'],
    ['rejects', 'rejects', 'the relay rejected'],
    ['rejects with undefined', 'undefined', 'undefined'],
    ['ends at once although it is permanent', 'returns', 'task "relay" is permanent, and its run ended'],
  ])('one that %s', async (_what, way, message) => {
    await using service = await start({ TASK: way })
    service.kill('SIGUSR2')
    expect(await service.exit).toEqual({ code: 70, signal: null })
    expect(deeds(service)).toEqual(['relay run 1', 'relay run 2', 'relay run 3', 'relay run 4', 'db stop'])
    const report = service.report()
    expect(report).toMatchObject({ exitCode: 70, reason: '"relay" failed', laggards: [], aborted: [] })
    expect(report['error']).toMatch(/^task "relay" failed 4 times within .*, and 3 restarts in 1m are allowed\./)
    expect(report['error']).toContain(`The last error: ${message}`)
    expect(service.terminationLog()).toContain('task "relay" failed 4 times')
    expect(service.log().map(({ event }) => event)).toEqual(
      expect.arrayContaining(['task.failed', 'task.restarted', 'task.escalated']),
    )
  })

  test('also where something else fails after it, when the report is written', async () => {
    await using service = await start({ TASK: 'rejects', LATE: 'fails' })
    service.kill('SIGUSR2')
    expect(await service.exit).toEqual({ code: 70, signal: null })
    expect(service.report()).toMatchObject({ exitCode: 70, reason: '"relay" failed' })
    expect(service.log().some(({ msg }) => msg.includes('uncaught exception'))).toBe(true)
  })

  test('one that hangs and does not heed its signal is never run beside itself, and named', async () => {
    await using service = await start({ TASK: 'hangs' })
    service.kill('SIGUSR2')
    expect(await service.exit).toEqual({ code: 70, signal: null })
    expect(deeds(service)).toEqual(['relay run 1', 'db stop'])
    expect(service.report()).toMatchObject({
      error: 'task "relay" is to be restarted, and run 1 has not ended 200ms after its signal was aborted',
      laggards: [{ name: 'relay', phase: 'finish' }],
      aborted: ['task "relay"'],
    })
  })
})

test('what is in flight is answered, readiness is off meanwhile, and the telemetry of it arrives', async () => {
  await using receiver = await startReceiver()
  await using service = await start({ TASK: 'rejects', ...receiver.environment(), OTEL_SDK_DISABLED: '' })
  const answer = fetch(`${service.url}/?waitMs=1500`).then((response) => response.text())
  await service.line('request /?waitMs=1500')
  service.kill('SIGUSR2')
  await service.line('task.escalated')
  // The drain goes on: whoever balances is told, and the probe still answers.
  await expect.poll(async () => (await fetch(`${service.adminUrl}/readyz`)).status, { timeout: 1_400 }).toBe(503)
  expect(await answer).toBe('answered after 1500')
  expect(await service.exit).toEqual({ code: 70, signal: null })
  expect(service.report()).toMatchObject({
    exitCode: 70,
    aborted: [],
    flush: { telemetry: { complete: true, lost: 0 } },
  })

  const runs = receiver.spans({ name: 'task relay' }).toSorted((a, b) => runOf(a) - runOf(b))
  expect(runs.map(runOf)).toEqual([1, 2, 3, 4])
  // A trace of its own each, and each after the first leads back to the failure before it.
  expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(4)
  expect(runs.map(({ links }) => links.map(({ spanId }) => spanId))).toEqual([
    [],
    ...runs.slice(0, 3).map(({ spanId }) => [spanId]),
  ])
  for (const { parentSpanId, events } of runs) {
    expect(parentSpanId ?? '').toBe('')
    expect(events.map(({ name, attributes }) => [name, attributes['exception.message']])).toEqual([
      ['exception', 'the relay rejected'],
    ])
  }
  const sums = (name: string) =>
    receiver
      .metrics({ name })
      .filter(({ attributes }) => attributes['task'] === 'relay')
      .map(({ attributes, latest }) => [attributes['state'], 'value' in latest ? latest.value : undefined])
  expect(sums('seaworthy.task.restarts')).toEqual([[undefined, 3]])
  expect(sums('seaworthy.task.failures')).toEqual([[undefined, 4]])
  expect(Object.fromEntries(sums('seaworthy.task.state'))).toMatchObject({ failed: 1, running: 0, waiting: 0 })
  // Lines of a run lead to its trace.
  const begun = receiver.logs({ body: 'relay begins' })
  expect(begun.map(({ traceId }) => traceId).toSorted()).toEqual(runs.map(({ traceId }) => traceId).toSorted())
  expect(new Set(begun.map(({ attributes }) => attributes['run']))).toEqual(new Set([1, 2, 3, 4]))
  // So do those that tell how it ended, and that it follows.
  const traceOf = (event: string) =>
    receiver
      .logs()
      .filter(({ attributes }) => attributes['event'] === event)
      .toSorted((a, b) => Number(a.attributes['run']) - Number(b.attributes['run']))
      .map(({ traceId }) => traceId)
  const traces = runs.map(({ traceId }) => traceId)
  expect(traceOf('task.failed')).toEqual(traces.slice(0, 3))
  expect(traceOf('task.restarted')).toEqual(traces.slice(1))
  expect(traceOf('task.escalated')).toEqual(traces.slice(3))
})

test('a task that fails because it is told to end is not restarted: the report names it, and the exit code is 1', async () => {
  await using service = await start({ SHUTDOWN_TASK: 'fails' })
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  expect(deeds(service)).toEqual(['relay run 1', 'db stop'])
  expect(service.report()).toMatchObject({
    reason: 'SIGTERM',
    laggards: [{ name: 'relay', phase: 'finish', outcome: 'failed', message: 'the relay failed at its end' }],
  })
})

function runOf({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }): number {
  return Number(attributes['seaworthy.task.run'])
}
