import pino from 'pino'
import { expect, test } from 'vitest'
import { type Log, silentLog } from '../../src/core/log.ts'

test('a pino logger is a log: fields first, then the message', () => {
  const lines: string[] = []
  const log: Log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) })
  log.info({ port: 8080 }, 'listening')
  log.debug({}, 'below the level')
  expect(lines).toEqual(['{"level":30,"port":8080,"msg":"listening"}\n'])
})

test('the silent log takes everything and says nothing', () => {
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    expect(silentLog[level]({ a: 1 }, 'x')).toBeUndefined()
  }
})
