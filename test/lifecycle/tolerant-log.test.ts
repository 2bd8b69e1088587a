import { expect, test } from 'vitest'
import type { Log } from '../../src/core/log.ts'
import { toTolerantLog } from '../../src/lifecycle/graceful-shutdown-options.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

test('every line is passed on as it is, at its level', () => {
  const seen: unknown[] = []
  const write = (level: string) => (fields: object, message: string) => void seen.push([level, fields, message])
  const log = toTolerantLog({ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') })
  for (const level of LEVELS) log[level]({ port: 1 }, 'hello')
  expect(seen).toEqual(LEVELS.map((level) => [level, { port: 1 }, 'hello']))
})

test('a logger keeps its own object: pino uses `this`', () => {
  class Lines implements Log {
    readonly lines: string[] = []
    debug() {}
    info(_fields: object, message: string) {
      this.lines.push(message)
    }
    warn() {}
    error() {}
  }
  const lines = new Lines()
  toTolerantLog(lines).info({}, 'hello')
  expect(lines.lines).toEqual(['hello'])
})

test.each(LEVELS)('a write that throws is dropped: %s', (level) => {
  const fail = () => {
    throw new Error('the worker has exited')
  }
  expect(() => toTolerantLog({ debug: fail, info: fail, warn: fail, error: fail })[level]({}, 'x')).not.toThrow()
})
