import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'

const start = (script: string, onLine: (line: string, stream: string) => void = () => {}) =>
  OwnedProcess.start({
    command: process.execPath,
    args: ['-e', script],
    env: { PATH: process.env['PATH'], GREETING: 'ahoy' },
    clock: systemClock,
    onLine,
  })

test('a process has the environment it was given and nothing else, and its output comes line by line', async () => {
  const lines: string[] = []
  await using child = await start(
    'console.log(Object.keys(process.env).sort().join()); process.stdout.write("half"); console.error("err"); process.exit(3)',
    (line, stream) => lines.push(`${stream} ${line}`),
  )
  expect(await child.exit).toEqual({ code: 3, signal: null })
  expect(lines.toSorted()).toEqual(['stderr err', 'stdout GREETING,PATH', 'stdout half'])
})

test('a signal reaches the process itself; afterwards there is nobody to signal', async () => {
  const lines: string[] = []
  const ready = Promise.withResolvers<void>()
  await using child = await start(
    'process.on("SIGTERM", () => { console.log("told"); process.exit(0) }); setInterval(() => {}, 1000); console.log("ready")',
    (line) => {
      lines.push(line)
      if (line === 'ready') ready.resolve()
    },
  )
  await ready.promise
  expect(child.signal('SIGTERM')).toBe(true)
  expect(await child.exit).toEqual({ code: 0, signal: null })
  expect(lines).toEqual(['ready', 'told'])
  expect(child.signal('SIGTERM')).toBe(false)
})

test('a process that ignores SIGTERM is ended all the same, with its children', async () => {
  const ready = Promise.withResolvers<string>()
  const child = await start(
    'process.on("SIGTERM", () => {}); const c = require("child_process").spawn("sleep", ["60"], { stdio: "inherit" }); console.log(c.pid); setInterval(() => {}, 1000)',
    (line) => ready.resolve(line),
  )
  expect(Number(await ready.promise)).toBeGreaterThan(0)
  await child.endGroup(100)
  expect(await child.exit).toEqual({ code: null, signal: 'SIGKILL' })
  expect(child.signal('SIGTERM')).toBe(false)
})

test('a command that does not exist is told by name', async () => {
  const started = OwnedProcess.start({ command: './no-such-command', args: [], env: {}, clock: systemClock })
  await expect(started).rejects.toMatchObject({
    code: 'SEA_PROCESS_NOT_STARTED',
    message: expect.stringContaining('"./no-such-command" could not be started'),
  })
})
