import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { silentLog } from '../../src/core/log.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { OptionReader } from '../../src/core/option-reader.ts'
import { listenToHangup, listenToSignals, readSignals } from '../../src/lifecycle/signals.ts'
import { type RunningProgram, startProgram } from '../process/start-service.ts'

/** Longer than one press of Ctrl-C can echo. */
const BETWEEN_PRESSES_MS = 250

async function listens(env: Readonly<Record<string, string>> = {}): Promise<RunningProgram> {
  const program = startProgram(new URL('programs/listens.ts', import.meta.url), env, { flavour: 'source' })
  await program.line('ready')
  return program
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s is listened to without being asked for', async (signal) => {
  await using program = await listens()
  program.kill(signal)
  expect(await program.line('first')).toBe(`first ${signal}`)
})

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGTERM', 'SIGINT'],
  ['SIGINT', 'SIGTERM'],
] as const)('after %s, %s is the second', async (first, second) => {
  await using program = await listens()
  program.kill(first)
  await program.line('first')
  await wait(BETWEEN_PRESSES_MS)
  program.kill(second)
  expect(await program.exit).toEqual({ code: 7, signal: null })
  expect(program.lines.at(-1)).toBe(`second ${second}`)
})

// Where /bin/sh is bash, it replaces itself with the program, and one Ctrl-C arrives twice: from the terminal, and
// within a millisecond or two once more from `npm run`, which forwards it.
test('one press of Ctrl-C that arrives twice at once is one signal', async () => {
  await using program = await listens({ ECHO: '1' })
  program.kill('SIGINT')
  await program.line('first')
  await wait(BETWEEN_PRESSES_MS)
  expect(program.lines).toEqual(['ready', 'first SIGINT'])
  program.kill('SIGINT')
  expect(await program.exit).toEqual({ code: 7, signal: null })
})

test('the same signal again counts as the second as soon as it can be a second press, not a millisecond before', async () => {
  const clock = new ManualClock()
  const heard: string[] = []
  const stop = listenToSignals({
    signals: ['SIGUSR2'],
    log: silentLog,
    clock,
    onFirst: () => heard.push('first'),
    onSecond: () => heard.push('second'),
  })
  process.emit('SIGUSR2', 'SIGUSR2')
  await clock.advance(100)
  process.emit('SIGUSR2', 'SIGUSR2')
  expect(heard).toEqual(['first'])
  await clock.advance(1)
  process.emit('SIGUSR2', 'SIGUSR2')
  expect(heard).toEqual(['first', 'second'])
  stop()
  expect(process.listenerCount('SIGUSR2')).toBe(0)
})

test.each(['before', 'after'])(
  'a listener that was there %s is told of: what it must not do, and who can live with it',
  (when) => {
    const warned: string[] = []
    const log = { ...silentLog, warn: (_fields: object, text: string) => void warned.push(text) }
    const foreign = (): void => {}
    if (when === 'before') process.on('SIGUSR2', foreign)
    const stop = listenToSignals({ signals: ['SIGUSR2'], log, onFirst: () => {}, onSecond: () => {} })
    if (when === 'after') process.on('SIGUSR2', foreign)
    stop()
    process.off('SIGUSR2', foreign)
    expect(warned).toEqual([
      'there is another listener of SIGUSR2: one that calls process.exit, server.close() or close() of a framework would cut the shutdown short. Remove it, or let it do its work in a stop hook; seaworthy/register is made for applications that keep theirs',
    ])
  },
)

test('a different signal is the second at once: nobody sends that by accident', async () => {
  await using program = await listens()
  program.kill('SIGINT')
  await program.line('first')
  program.kill('SIGTERM')
  expect(await program.exit).toEqual({ code: 7, signal: null })
})

test('a signal that is named twice is still one signal', async () => {
  await using program = await listens({ SIGNALS: 'SIGTERM,SIGTERM' })
  program.kill('SIGTERM')
  await program.line('first')
  await wait(BETWEEN_PRESSES_MS)
  expect(program.lines).toEqual(['ready', 'first SIGTERM'])
})

test('only the signals asked for are listened to: another one does what it does by default', async () => {
  await using program = await listens({ SIGNALS: 'SIGHUP' })
  program.kill('SIGTERM')
  expect(await program.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

test('once it no longer listens, a signal does again what it does by default', async () => {
  await using program = await listens({ STOP_AFTER_FIRST: '1' })
  program.kill('SIGTERM')
  await program.line('first')
  program.kill('SIGTERM')
  expect(await program.exit).toEqual({ code: null, signal: 'SIGTERM' })
})

describe('another listener of the same signal', () => {
  test.each(['before', 'after'])('that came %s is named, and ours is called all the same', async (FOREIGN) => {
    await using program = await listens({ FOREIGN })
    expect(await program.line('warn')).toMatch(
      /^warn .*another listener of SIGTERM.*process\.exit.*\{"signal":"SIGTERM"/,
    )
    program.kill('SIGTERM')
    await program.line('foreign SIGTERM')
    expect(await program.line('first')).toBe('first SIGTERM')
  })

  test('that is not there is not warned of', async () => {
    await using program = await listens()
    expect(program.lines).toEqual(['ready'])
  })
})

describe('the option', () => {
  function read(signals?: readonly string[]): readonly string[] {
    const reader = new OptionReader(signals === undefined ? {} : { signals }, 'test')
    const result = readSignals(reader)
    reader.done()
    return result
  }

  test('is SIGTERM and SIGINT when absent', () => {
    expect(read()).toEqual(['SIGTERM', 'SIGINT'])
  })

  test('takes signals that a process can listen to', () => {
    expect(read(['SIGHUP', 'SIGUSR2'])).toEqual(['SIGHUP', 'SIGUSR2'])
  })

  test('refuses a name that is none, with the one that was meant', () => {
    expect(() => read(['SIGTREM'])).toThrow('"signals" has "SIGTREM", which is no signal. Did you mean "SIGTERM"?')
  })

  test.each(['SIGKILL', 'SIGSTOP'])('refuses %s, which no process can listen to', (signal) => {
    expect(() => read([signal])).toThrow(`"signals" has "${signal}", which no process can listen to`)
  })

  test('takes an empty list: then only the program itself asks for a shutdown', () => {
    expect(read([])).toEqual([])
  })
})

test.each([
  // The standard output of a test is a pipe: of a process that has begun on a terminal, that terminal is gone.
  ['means to reload, and to end where the terminal is gone', true, 'gone'],
  ['means to reload', false, 'reload'],
])('SIGHUP %s', (_what, isTerminal, expected) => {
  const seen: string[] = []
  const stop = listenToHangup({
    isTerminal,
    onReload: () => void seen.push('reload'),
    onGone: () => void seen.push('gone'),
  })
  process.emit('SIGHUP', 'SIGHUP')
  stop()
  expect(seen).toEqual([expected])
  expect(process.listenerCount('SIGHUP')).toBe(0)
})
