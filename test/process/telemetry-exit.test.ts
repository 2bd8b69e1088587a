import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReceiver } from 'seaworthy/testing'
import { expect, test, vi } from 'vitest'
import { type RunningProgram, startProgram } from './start-service.ts'

const PROGRAM = new URL('services/ends-late.ts', import.meta.url)
const LATE = 10

test('process.exit() loses nothing: the last metrics, traces kept for an error, and what is created by listeners of the end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'seaworthy-exit-'))
  try {
    await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
    const env = { ...receiver.environment(), SEAWORTHY_SPOOL_DIR: directory }
    await using victim = startProgram(PROGRAM, { ...env, END: 'exit', LATE: String(LATE) })
    expect(await victim.exit).toEqual({ code: 3, signal: null })
    expect(receiver.spans()).toEqual([])

    await receiver.setFault(undefined)
    await using next = startProgram(PROGRAM, env)
    await next.line('ready')
    await receiver.waitForLog({ body: 'the last line' }, { timeout: '15s' })
    await receiver.waitForSpan({ name: 'heard after', attribute: { order: LATE - 1 } }, { timeout: '15s' })
    await receiver.waitForMetric({ name: 'counted' }, { timeout: '15s' })
    next.kill('SIGTERM')
    expect(await next.exit).toEqual({ code: 0, signal: null })
    expect(receiver.metrics({ name: 'counted' }).map(({ latest }) => latest)).toMatchObject([{ value: 7 }])
    for (const name of ['heard before', 'heard after']) expect(receiver.spans({ name })).toHaveLength(LATE)
    expect(receiver.spans({ name: 'kept child' })).toHaveLength(1)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('without a spool, what is created by listeners of the end is told in a few lines', async () => {
  await using receiver = await startReceiver({ fault: { kind: 'refuse' } })
  const env = { ...receiver.environment(), SEAWORTHY_SPOOL_DIR: 'off' }
  await using victim = startProgram(PROGRAM, { ...env, END: 'exit', LATE: '100' })
  expect(await victim.exit).toEqual({ code: 3, signal: null })
  // One child that was kept and a hundred before the end was heard of; then each line as much as all before it.
  expect(saidLost(victim, 'spans')).toEqual([101, 1, 1, 2, 4, 8, 16, 32])
  expect(saidLost(victim, 'log records')).toEqual([1])
})

function saidLost(program: RunningProgram, what: string): readonly number[] {
  return program.lines.flatMap((line) => {
    const found = new RegExp(`(\\d+) ${what} lost: the process ended before they were delivered`).exec(line)
    return found === null ? [] : [Number(found[1])]
  })
}

/** Longer than a test may take: a process that waits for the answer is a test that fails. */
const NEVER = { OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_BSP_SCHEDULE_DELAY: '10', OTEL_METRICS_EXPORTER: 'none' }
const BY_ITSELF = new URL('services/ends-by-itself.ts', import.meta.url)

test.each(['http/protobuf', 'grpc'] as const)(
  'a process that has nothing more to do ends, over %s, while a request is unanswered; the next one has what it carried',
  async (protocol) => {
    const directory = mkdtempSync(join(tmpdir(), 'seaworthy-exit-'))
    try {
      await using receiver = await startReceiver({ fault: { kind: 'blackhole' } })
      const env = { ...receiver.environment(protocol), ...NEVER, SEAWORTHY_SPOOL_DIR: directory }
      await using first = startProgram(BY_ITSELF, { ...env, SPAN: 'unanswered' })
      await first.line('ready')
      await vi.waitFor(() => expect(receiver.counts.asked).toBeGreaterThan(0), 10_000)
      first.kill('SIGTERM')
      expect(await first.exit).toEqual({ code: 0, signal: null })

      await receiver.setFault(undefined)
      await using next = startProgram(BY_ITSELF, env)
      await receiver.waitForSpan({ name: 'unanswered' }, { timeout: '15s' })
      next.kill('SIGTERM')
      expect(await next.exit).toEqual({ code: 0, signal: null })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
)

test('without a spool, a process that has nothing more to do stays until the request under way is answered', async () => {
  await using receiver = await startReceiver({ fault: { kind: 'slow', delay: 1000 } })
  const env = { ...receiver.environment(), ...NEVER, SEAWORTHY_SPOOL_DIR: 'off' }
  await using program = startProgram(BY_ITSELF, { ...env, SPAN: 'answered late' })
  await program.line('ready')
  await vi.waitFor(() => expect(receiver.counts.asked).toBeGreaterThan(0), 10_000)
  program.kill('SIGTERM')
  expect(await program.exit).toEqual({ code: 0, signal: null })
  expect(receiver.spans({ name: 'answered late' })).toHaveLength(1)
})
