import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCommand } from './run-command.ts'

const SERVICE = [
  'node',
  '--conditions=seaworthy-source',
  fileURLToPath(new URL('fixtures/telling-service.ts', import.meta.url)),
]

/** Runs `dev`, sends `signal` as soon as the output matches, and returns everything. */
async function devUntil(pattern: RegExp, signal: NodeJS.Signals, args: readonly string[]) {
  const running = runCommand(['dev', '--port', '0', ...args], {
    SEAWORTHY_DRAIN_DELAY: '0',
    // Not the usual port: other tests may run at the same time.
    SEAWORTHY_ADMIN_PORT: '0',
    // Set for a whole shell, it must not make dev show nothing.
    OTEL_SDK_DISABLED: 'true',
  })
  let sent = false
  running.onOutput((text) => {
    if (sent || !pattern.test(text)) return
    sent = true
    running.signal(signal)
  })
  return running
}

test('dev shows requests and errors as they arrive, passes the signal on, and prints report and ledger', async () => {
  const { code, stdout } = await devUntil(/✗ telling {2}GET {2}500/, 'SIGTERM', ['--', ...SERVICE])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^seaworthy dev {2}process \d+\n {2}telemetry {2}http:\/\/127\.0\.0\.1:\d+/)
  expect(stdout).toMatch(/│ info {2}telling is ready/)
  expect(stdout).toMatch(/│ info {2}\[caller\] both called/)
  expect(stdout).toMatch(/→ telling {2}GET {2}200 {2}[\d.]+ ?m?s {2}trace [0-9a-f]{32}/)
  // The trace with the request that failed is shown once, as a whole: the run of the task, both calls and their answers.
  expect(stdout).toMatch(/\n {2}trace [0-9a-f]{32} · 5 spans .*\n {2}task caller .*\n(?: {2}.*\n){3} {5}└─ GET .*ERROR/)
  expect(stdout.match(/^ {2}trace [0-9a-f]{32} · /gm)).toHaveLength(1)
  expect(stdout).toMatch(
    /shutdown {3}SIGTERM: announce \d+ms · drain \d+ms · finish \d+m?s · stop \d+ms · flush \d+m?s · clean/,
  )
  expect(stdout).toMatch(
    /sent {7}spans (\d+) of \1 delivered · log records (\d+) of \2 · metric points (\d+) of \3\nreceived {3}\1 spans · \2 log records · \3 metric points {2}from telling \(process \d+\)\nledger {5}balanced/,
  )
  expect(stdout).toMatch(/exit {7}0\n$/)
  // No colour when nobody watches.
  expect(stdout).not.toContain('\u001B[')
})

test('dev --json prints one object a line, and what was sent is what was received', async () => {
  const { code, stdout } = await devUntil(/both called/, 'SIGINT', ['--json', '--protocol', 'grpc', '--', ...SERVICE])
  expect(code).toBe(0)
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; [key: string]: unknown })
  expect(events[0]).toMatchObject({ event: 'started', pid: expect.any(Number), adminPort: expect.any(Number) })
  const ended = events.at(-1) as unknown as {
    event: string
    code: number
    shutdown: { flush: { telemetry: { traces: { delivered: number }; logs: { delivered: number } } } }
    received: { spans: number; logs: number }
  }
  expect(ended).toMatchObject({ event: 'ended', code: 0 })
  expect(ended.received.spans).toBe(ended.shutdown.flush.telemetry.traces.delivered)
  expect(ended.received.logs).toBe(ended.shutdown.flush.telemetry.logs.delivered)
  expect(events.filter(({ event, kind }) => event === 'span' && kind === 2)).toHaveLength(2)
})

test('a start that failed is told as the failure it is, with its stack', async () => {
  const program = `
    import { createService } from 'seaworthy'
    const service = createService({ name: 'failing' })
    service.resource('db', { start: () => Promise.reject(new Error('no database')) })
    await service.run()`
  const { code, stdout } = await runCommand(
    ['dev', '--port', '0', '--', 'node', '--conditions=seaworthy-source', '--input-type=module', '-e', program],
    { SEAWORTHY_ADMIN_PORT: '0' },
  )
  expect(code).not.toBe(0)
  expect(stdout).toMatch(/\n│ +at .*\n/)
  expect(stdout).toMatch(/\nfailure {4}the start failed: .*no database/)
  expect(stdout).not.toContain('clean')
})

test('dev ends with the code of the service', async () => {
  expect((await runCommand(['dev', '--port', '0', '--', 'node', '-e', 'process.exit(7)'])).code).toBe(7)
  expect(
    (await runCommand(['dev', '--port', '0', '--', 'node', '-e', 'process.kill(process.pid, "SIGKILL")'])).code,
  ).toBe(137)
})

test('dev leaves nothing behind that the service started, even if it holds the output open', async () => {
  const { stdout } = await runCommand([
    'dev',
    '--port',
    '0',
    '--',
    'node',
    '-e',
    'const c = require("child_process").spawn("sleep", ["60"], { stdio: "inherit" }); console.log("orphan " + c.pid); c.unref(); process.exit(0)',
  ])
  const pid = Number(/orphan (\d+)/.exec(stdout)?.[1])
  expect(pid).toBeGreaterThan(0)
  expect(isRunning(pid)).toBe(false)
})

test('a command that does not exist could not be started: exit 3', async () => {
  const { code, stderr } = await runCommand(['dev', '--port', '0', '--', './no-such-service'])
  expect(code).toBe(3)
  expect(stderr).toContain('"./no-such-service" could not be started')
})

test('no command, an unknown protocol and a port that is none are wrong usage: exit 2', async () => {
  expect(await runCommand(['dev'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no command to run'),
  })
  expect(await runCommand(['dev', '--protocol', 'http', '--', 'true'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('http/protobuf, grpc'),
  })
  expect((await runCommand(['dev', '--port', 'x', '--', 'true'])).code).toBe(2)
})

/** Whether a process still runs; one that has ended and was not yet taken note of by its parent does not. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
