import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type RegisteredProgram, startApplication } from './start-registered.ts'

/** Longer than one press of Ctrl-C can echo, see src/lifecycle/signals.ts. */
const BETWEEN_PRESSES_MS = 250

/** Sends a request, then a signal while it is in flight, and returns what became of both. */
async function stopDuringRequest(app: RegisteredProgram, signal: NodeJS.Signals = 'SIGTERM') {
  const answer = fetch(`${app.url}/?waitMs=300`).then((response) => response.text())
  await app.line('request /?waitMs=300')
  app.kill(signal)
  return { answer: await answer, exit: await app.exit }
}

/** What the application said, without its requests. */
function said({ lines }: RegisteredProgram): readonly string[] {
  return lines.filter((line) => !/^(?:request|ready) /.test(line))
}

function warnings(app: RegisteredProgram): readonly string[] {
  return app
    .log()
    .filter(({ level }) => level === 'warn')
    .map(({ msg }) => msg)
}

const ANSWERED = 'answered after 300'

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('without a handler: the request in flight is answered, and the process ends with 0 instead of dying of the signal', async () => {
    await using app = await startApplication('none')
    expect(await stopDuringRequest(app, signal)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
    expect(app.report()).toMatchObject({ reason: signal, clean: true, aborted: [] })
    expect(said(app)).toEqual(['exit 0'])
    expect(warnings(app)).toEqual([])
  })
})

test('a handler that exits at once no longer costs the request in flight, and is named with its place', async () => {
  await using app = await startApplication('exit at once')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(warnings(app)).toEqual([
    expect.stringMatching(
      /^process\.exit\(0\) at \S+application\.mjs:\d+:\d+ would have ended the process in the middle/,
    ),
  ])
})

test.each([
  ['exit with a code', 4],
  ['code without exit', 6],
  ['exits in a callback', 7],
])('%s: the code of the application counts', async (name, code) => {
  await using app = await startApplication(name)
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code, signal: null } })
  expect(said(app)).toEqual([`exit ${code}`])
  expect(app.report()).toMatchObject({ exitCode: code, clean: true })
})

test('a handler that closes the server finds it closed, gets its callback without an error, and may exit in it', async () => {
  await using app = await startApplication('close and exit')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(said(app)).toEqual(['handler, listening false', 'event close', 'closed undefined', 'exit 0'])
  expect(warnings(app)).toEqual([])
})

test('a second close fails as it does without us', async () => {
  await using app = await startApplication('close twice')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(said(app)).toEqual(['first undefined', 'second ERR_SERVER_NOT_RUNNING', 'exit 0'])
})

test('a handler is called as Node calls it, once if it was added with once, and its promise is awaited', async () => {
  await using app = await startApplication('async and once')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(said(app)).toEqual(['handler ["SIGTERM",15] true 0', 'handler done', 'exit 0'])
})

test('what another handler still does is waited for, although one has called exit', async () => {
  await using app = await startApplication('one exits, another works')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(said(app)).toEqual(['the other is done', 'exit 0'])
  expect(warnings(app)).toHaveLength(1)
})

test('a handler that hangs is named, costs its slice, and the exit code is 1', async () => {
  await using app = await startApplication('hangs', { SEAWORTHY_STOP: '500ms' })
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 1, signal: null } })
  expect(app.report()).toMatchObject({
    clean: false,
    aborted: [expect.stringMatching(/^application: listener neverEnds after /)],
  })
})

test('a handler that hangs and has no name is told by where it is written', async () => {
  await using app = await startApplication('hangs without a name', { SEAWORTHY_STOP: '500ms' })
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 1, signal: null } })
  expect(app.report()).toMatchObject({
    aborted: [expect.stringMatching(/^application: the listener at \/.*\/application\.mjs:\d+:\d+ after /)],
  })
})

test('a handler that throws is an uncaught exception; the others are called all the same, and the exit code is 1', async () => {
  await using app = await startApplication('throws')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 1, signal: null } })
  expect(said(app)).toEqual(['the next handler', 'exit 1'])
  expect(app.errorLines.join('\n')).toContain('Error: thrown by a handler\n    at process')
  expect(app.report()).toMatchObject({ clean: false, failures: ['uncaught exception: thrown by a handler'] })
})

test('a handler that rejects is an unhandled rejection, and the exit code is 1', async () => {
  await using app = await startApplication('rejects')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 1, signal: null } })
  expect(app.report()).toMatchObject({ failures: ['uncaught exception: rejected by a handler'] })
})

test('who catches what exit throws has not changed its mind: the first code counts', async () => {
  await using app = await startApplication('catches what exit throws')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(said(app)).toEqual(['caught ProcessExit', 'finally', 'exit 0'])
})

test('exit inside of a promise that nothing settles any more ends the wait for it', async () => {
  await using app = await startApplication('exits inside a promise that then never settles', { SEAWORTHY_STOP: '30s' })
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(app.report()).toMatchObject({ clean: true })
})

test('a handler that has returned is not over: what it began is waited for, until nothing is left to do', async () => {
  await using app = await startApplication('works on in a callback')
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(said(app)).toEqual(['worked on', 'exit 0'])
})

test('what keeps the process alive for ever is named and not waited for beyond the slice', async () => {
  await using app = await startApplication('leaves a timer', { SEAWORTHY_STOP: '500ms' })
  app.kill('SIGTERM')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(warnings(app)).toEqual([
    expect.stringMatching(/it still has open: (?!.*Timeout × ).*Timeout.*\. Clear it, or call process\.exit/),
  ])
})

test.each([
  ['kills itself', 0],
  ['kills itself harder', 137],
])('a handler that %s is held back like one that exits', async (name, code) => {
  await using app = await startApplication(name)
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code, signal: null } })
})

test('an application that takes every listener away takes its own', async () => {
  await using app = await startApplication('takes every listener away')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
})

test('a handler that is added while the shutdown runs is called, too', async () => {
  await using app = await startApplication('comes late')
  expect(await stopDuringRequest(app)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(said(app)).toEqual(['late handler', 'exit 0'])
})

test('a signal that the application emits itself is one', async () => {
  await using app = await startApplication('emits it itself')
  expect(await (await fetch(`${app.url}/?waitMs=100`)).text()).toBe('answered after 100')
  expect(await app.exit).toEqual({ code: 0, signal: null })
})

test('signal-exit alone runs its callbacks and is held back; beside a handler it leaves the end to that', async () => {
  await using alone = await startApplication('is alone with signal-exit')
  expect(await stopDuringRequest(alone)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(said(alone)).toContain('signal-exit null SIGTERM')
  await using beside = await startApplication('has signal-exit and a handler')
  expect(await stopDuringRequest(beside)).toEqual({ answer: ANSWERED, exit: { code: 0, signal: null } })
  expect(said(beside)).toEqual(['handler done', 'exit 0', 'signal-exit 0 null'])
})

test('exit from anywhere else while it drains is held back and named, too', async () => {
  await using app = await startApplication('exits while it drains', { SEAWORTHY_DRAIN_DELAY: '400ms' })
  app.kill('SIGTERM')
  await app.line('received SIGTERM')
  const late = await fetch(`${app.url}/?waitMs=50`)
  expect(await late.text()).toBe('answered after 50')
  expect(late.headers.get('connection')).toBe('close')
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(warnings(app)).toHaveLength(1)
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second signal, %s, ends the process at once with %i', async (signal, code) => {
  await using app = await startApplication('close and exit', { SEAWORTHY_DRAIN_DELAY: '30s' })
  app.kill('SIGTERM')
  await wait(BETWEEN_PRESSES_MS)
  app.kill(signal)
  expect(await app.exit).toEqual({ code, signal: null })
  expect(said(app)).toEqual([`exit ${code}`])
  expect(app.log().at(-1)).toMatchObject({
    level: 'error',
    msg: expect.stringContaining(`(SIGTERM): a second signal, ${signal}: left at once`) as string,
    shutdown: { exitCode: code, clean: false, phases: { drain: expect.any(Number) as number } },
  })
})

describe('an exception that nobody catches', () => {
  test.each([
    ['throws on request', 'Error: nobody catches this'],
    ['rejects on request', 'Error: nobody handles this'],
  ])('%s: a short shutdown, the stack as Node prints it, and 1', async (name, message) => {
    await using app = await startApplication(name, { SEAWORTHY_DRAIN_DELAY: '30s' })
    const other = fetch(`${app.url}/?waitMs=300`).then((response) => response.text())
    await app.line('request /?waitMs=300')
    await fetch(`${app.url}/throw`).catch(() => {})
    expect(await other).toBe('answered after 300')
    expect(await app.exit).toEqual({ code: 1, signal: null })
    const printed = app.errorLines.join('\n')
    expect(printed).toMatch(new RegExp(`^${message}\\n    at `, 'm'))
    expect(printed).toMatch(/^Node\.js v\d+\.\d+\.\d+$/m)
    expect(app.report()).toMatchObject({ reason: 'uncaught exception', clean: false })
  })

  test('belongs to the application if it listens to them', async () => {
    await using app = await startApplication('catches by itself')
    await fetch(`${app.url}/throw`).catch(() => {})
    expect(await app.line('own ')).toBe('own nobody catches this')
    expect(await (await fetch(app.url)).text()).toBe('answered after 0')
    app.kill('SIGTERM')
    expect(await app.exit).toEqual({ code: 0, signal: null })
  })
})

test('a process that has nothing left to do ends by itself, with a report and without a delay', async () => {
  await using app = await startApplication('closes by itself', { SEAWORTHY_DRAIN_DELAY: '30s' })
  await fetch(app.url, { headers: { connection: 'close' } })
  expect(await app.exit).toEqual({ code: 0, signal: null })
  expect(app.report()).toMatchObject({ reason: 'requested', clean: true })
})
