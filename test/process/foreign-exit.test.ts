import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RunningProgram, type RunningService, startProgram, startService } from './start-service.ts'

interface Line {
  readonly level: string
  readonly msg: string
  readonly exitCode?: number
  readonly shutdown?: { readonly exitCode: number; readonly clean: boolean; readonly aborted: readonly string[] }
}

function lastLine({ lines }: RunningProgram): Line {
  return JSON.parse(lines.at(-1) ?? '') as Line
}

function emptyTerminationLog(): string {
  const folder = mkdtempSync(join(tmpdir(), 'exits-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'termination-log')
  writeFileSync(file, '')
  return file
}

/** Starts the service and waits for its last start-up line, whichever output is read first. */
async function startExits(env: Readonly<Record<string, string>>): Promise<RunningService & { readonly url: string }> {
  const service = await startService('exits', env)
  return { ...service, url: (await service.line('ready http')).replace('ready ', '') }
}

describe('process.exit by somebody else in the middle of a shutdown is not prevented, and it is told', () => {
  test('by a handler of the signal: who called it, the report, and what was still open', async () => {
    const file = emptyTerminationLog()
    await using service = await startExits({ EXIT_AT: 'handler', SEAWORTHY_TERMINATION_LOG: file })
    const request = fetch(service.url).catch(() => {})
    await service.line('request')
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    await request
    const { level, msg, shutdown } = lastLine(service)
    expect(level).toBe('error')
    expect(msg).toMatch(
      /process\.exit\(0\) was called by .*leaveEarly .*\(file:.*exits\.ts:\d+:\d+\) in the middle of the/,
    )
    expect(shutdown).toMatchObject({
      exitCode: 0,
      clean: false,
      aborted: [expect.stringMatching(/^api: GET \/ after/)],
    })
    const [summary, fields] = (await readFile(file, 'utf8')).split('\n')
    expect(summary).toBe(msg)
    expect(JSON.parse(fields ?? '')).toEqual(shutdown)
  })

  test('by a handler that was there first and calls it at once: the shutdown has begun, and the line knows the signal and what was open', async () => {
    await using service = await startExits({ EXIT_AT: 'first handler' })
    for (const path of ['report', 'hang']) {
      void fetch(`${service.url}/${path}`).catch(() => {})
      await service.line(`request /${path}`)
    }
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    const { level, msg, shutdown } = lastLine(service)
    expect(level).toBe('error')
    expect(msg).toMatch(
      /\(SIGTERM\): process\.exit\(0\) was called by .*leaveEarly .*\(file:.*exits\.ts:\d+:\d+\) in the middle of the/,
    )
    expect(shutdown).toMatchObject({ reason: 'SIGTERM', exitCode: 0, clean: false })
    expect(shutdown?.aborted.toSorted()).toEqual([
      expect.stringMatching(/^api: GET \/hang after/),
      expect.stringMatching(/^api: GET \/report after/),
    ])
    expect(shutdown).toMatchObject({ counts: { aborted: 2 }, figures: { api: { inFlightAtAnnounce: 2 } } })
  })

  test('by a stop hook', async () => {
    await using service = await startExits({ EXIT_AT: 'stop' })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(lastLine(service).msg).toMatch(/process\.exit\(0\) was called by .*leaveEarly/)
  })
})

test('process.exit without any shutdown is told, too', async () => {
  await using service = await startExits({ EXIT_AT: 'running' })
  service.kill('SIGUSR2')
  expect(await service.exit).toEqual({ code: 0, signal: null })
  expect(lastLine(service)).toMatchObject({
    level: 'error',
    exitCode: 0,
    msg: expect.stringMatching(/^exits: process\.exit\(0\) was called by .*leaveEarly.* without a shutdown/),
  })
})

test('our own end is nobody else’s: nothing is told of it', async () => {
  await using service = await startExits({})
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 0, signal: null })
  expect(lastLine(service).msg).toMatch(/^exits stopped in .*: everything ended by itself$/)
})

test('our end at the deadline is nobody else’s either: one report, and it says that the time was over', async () => {
  const file = emptyTerminationLog()
  await using service = await startExits({ HANG: 'stop', SEAWORTHY_TERMINATION_LOG: file })
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  const reports = service.lines.filter((line) => line.includes('"shutdown":'))
  expect(reports).toHaveLength(1)
  const { msg, shutdown } = lastLine(service)
  expect(msg).toMatch(/^exits stopped in .* \(SIGTERM\): did not end within 1\.1s, db did not stop within/)
  expect(shutdown).toMatchObject({ exitCode: 1, clean: false })
  expect((await readFile(file, 'utf8')).split('\n')[0]).toBe(msg)
})

test('SIGTERM while the configuration never comes: nothing has started, so the stop slice is all it waits', async () => {
  await using service = startProgram(new URL('services/exits.ts', import.meta.url), { HANG: 'configuration' })
  await service.line('configuration')
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  expect(service.errorLines.join('\n')).toContain('its configuration had not come within 500ms')
  expect(service.lines).toEqual([])
})

test('SIGTERM while a component starts and never comes up: it is named, and the process ends with 1', async () => {
  await using service = startProgram(new URL('services/exits.ts', import.meta.url), { HANG: 'start' })
  await service.line('cache start')
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  expect(lastLine(service)).toMatchObject({
    shutdown: { clean: false, laggards: [{ name: 'cache', phase: 'stop', outcome: 'timed-out' }] },
  })
})
