import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RunningService, startService } from './start-service.ts'

interface WatchdogLine {
  readonly level: string
  readonly service: string
  readonly pid: number
  readonly msg: string
  readonly watchdog: {
    readonly exitCode: number
    readonly phase: string
    readonly stack?: readonly string[]
    readonly waitsIn?: string
    readonly children?: readonly string[]
    readonly running: readonly { readonly name: string }[]
    readonly open: readonly { readonly kind: string; readonly name: string }[]
    readonly openCount: number
  }
}

/** The line of the watchdog; there must be exactly one, and nothing that is not the service's own beside it. */
function lastLine({ errorLines }: RunningService): WatchdogLine {
  const json = errorLines.filter((line) => line.startsWith('{'))
  expect(json).toHaveLength(1)
  const others = errorLines.filter((line) => !line.startsWith('{') && !/^(?:ready|blocking by|request) /.test(line))
  expect(others).toEqual([])
  return JSON.parse(json[0] ?? '') as WatchdogLine
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'blocked-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('a shutdown whose event loop is blocked in JavaScript ends at its deadline with 1, and the call is named', () => {
  test.each([
    ['loop', 'spinForEver'],
    ['regex', 'matchForEver'],
    ['atomics', 'waitForEver'],
    ['microtasks', 'again'],
  ])('%s', async (way, culprit) => {
    await using service = await startService('blocks', { BLOCK: way })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 1, signal: null })
    const { level, service: name, pid, msg, watchdog } = lastLine(service)
    expect({ level, name, pid }).toEqual({ level: 'fatal', name: 'blocks', pid: service.pid })
    expect(msg).toContain(`the event loop is blocked in ${culprit} (`)
    expect(watchdog).toMatchObject({ exitCode: 1, phase: 'stop', running: [{ name: 'cache' }] })
    expect(watchdog.stack?.join('\n')).toContain(`${culprit} (file://`)
  })
})

describe('one that is blocked in the system or in native code can only be killed: 137, and what is known is said before', () => {
  test.each([
    ['child', [expect.stringMatching(/^\w+ \(\d+\)$/)]],
    ['fifo', []],
    ['json', []],
  ])('%s', async (way, children) => {
    const fifo = join(emptyFolder(), 'fifo')
    execFileSync('mkfifo', [fifo])
    await using service = await startService('blocks', { BLOCK: way, FIFO: fifo })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: null, signal: 'SIGKILL' })
    const { msg, watchdog } = lastLine(service)
    expect(msg).toContain('the event loop is blocked in the system or in native code')
    expect(msg).toContain('waiting for cache')
    expect(watchdog).toMatchObject({ exitCode: 137, phase: 'stop', running: [{ name: 'cache' }], children })
  })
})

test('work in flight is listed, oldest first, and both lines are in the termination log', async () => {
  const file = join(emptyFolder(), 'termination-log')
  writeFileSync(file, '')
  await using service = await startService('blocks', {
    BLOCK: 'loop',
    BLOCK_AT: 'SIGUSR2',
    IN_FLIGHT: '2s',
    SEAWORTHY_TERMINATION_LOG: file,
  })
  const url = (await service.line('ready http')).replace('ready ', '')
  const hanging = fetch(`${url}/hang`).catch(() => {})
  await service.line('request /hang')
  service.kill('SIGTERM')
  await service.line('blocks received SIGTERM')
  service.kill('SIGUSR2')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  await hanging
  const { msg, watchdog } = lastLine(service)
  expect(msg).toMatch(/(?:drain|finish); 1 in flight: api: GET \/hang for [\d.]+m?s/)
  expect(watchdog).toMatchObject({ openCount: 1, open: [{ kind: 'request', name: 'api: GET /hang' }] })
  const [summary, fields] = (await readFile(file, 'utf8')).split('\n')
  expect(summary).toBe(msg)
  expect(JSON.parse(fields ?? '')).toEqual(watchdog)
})

test('a loop that blocks only when the process already exits is ended, too', async () => {
  await using service = await startService('blocks', { BLOCK: 'loop', BLOCK_AT: 'exit' })
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 1, signal: null })
  const { phase, stack } = lastLine(service).watchdog
  expect({ phase, culprit: stack?.[0] }).toEqual({ phase: 'report', culprit: expect.stringMatching(/^spinForEver/) })
})

test('a shutdown that ends in time has a watchdog that nobody hears of', async () => {
  await using service = await startService('blocks', { BLOCK: 'nothing' })
  service.kill('SIGTERM')
  expect(await service.exit).toEqual({ code: 0, signal: null })
  expect(service.errorLines.filter((line) => line.startsWith('{'))).toEqual([])
})

describe('under --permission', () => {
  // The flag that lets it listen is unknown to older Nodes.
  const permitted = '--permission --allow-fs-read=* --allow-fs-write=*'
  const env = { LISTENS: 'no' }

  test('without the inspector, what blocks is not known, and the process is killed all the same', async () => {
    await using service = await startService('blocks', {
      ...env,
      BLOCK: 'loop',
      NODE_OPTIONS: `${permitted} --allow-worker`,
    })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: null, signal: 'SIGKILL' })
    expect(await service.line('"watchdog"')).toContain('waiting for cache')
  })

  test('without threads there is no watchdog: a warning says so, and the shutdown takes its way', async () => {
    await using service = await startService('blocks', { ...env, BLOCK: 'nothing', NODE_OPTIONS: permitted })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(await service.line('no watchdog')).toContain('"level":"warn"')
  })
})

test('with shutdown.watchdog: false nobody ends it', async () => {
  await using service = await startService('blocks', { BLOCK: 'child', WATCHDOG: 'false' })
  service.kill('SIGTERM')
  // The child ends by itself, and then the shutdown goes on: too late, but by its own way.
  expect(await service.exit).toEqual({ code: 0, signal: null })
})
