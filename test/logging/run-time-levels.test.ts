import type { Logger } from 'pino'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { LogLevel } from '../../src/logging/log-level.ts'
import { recordedLogging } from './recorded-logging.ts'

const MINUTE_MS = 60_000

function atInfo(clock = new ManualClock()) {
  return { clock, ...recordedLogging({ clock }) }
}

const saysDebug = (log: Logger): boolean => log.isLevelEnabled('debug')

describe('levels of loggers by their names', () => {
  test('hold for those that are there, for those made from them, and for those to come', () => {
    const { logging, messages } = atInfo()
    const db = logging.log.child({ component: 'db' })
    const query = db.child({ query: 7 })
    const web = logging.log.child({ component: 'web' })
    logging.setLevels({ loggers: { db: 'debug' } })
    db.debug('db')
    query.debug('query')
    web.debug('not web')
    logging.log.debug('nor the log')
    logging.log.child({ component: 'db', table: 'orders' }).debug('later')
    logging.setLevels({})
    for (const log of [db, query, web]) log.debug('too late')
    expect(messages()).toEqual(['db', 'query', 'later'])
  })

  test('the line of a named logger has all that it had', () => {
    const { logging, lines } = atInfo()
    const request = logging.log.child({ requestId: 'r1' }, { msgPrefix: 'req: ' })
    request
      .child({ component: 'db' }, { serializers: { size: (n: number) => `${n} B` } })
      .child({ a: 1 })
      .info({ size: 2 }, 'm')
    expect(lines()).toEqual([
      expect.objectContaining({
        service: 'orders',
        requestId: 'r1',
        component: 'db',
        a: 1,
        size: '2 B',
        msg: 'req: m',
      }),
    ])
  })

  test('a logger that is made from one of a request is reached, too, and so is one in another', () => {
    const { logging } = atInfo()
    const ofRequest = logging.log.child({ requestId: 'r1' }).child({ component: 'db' })
    const inWeb = logging.log.child({ component: 'web' }).child({ component: 'db' })
    logging.setLevels({ loggers: { db: 'debug' } })
    expect([ofRequest, inWeb].map(saysDebug)).toEqual([true, true])
    expect(inWeb.bindings()).toMatchObject({ component: 'db' })
  })

  test('the name is the binding logger before component', () => {
    const { logging } = atInfo()
    const pool = logging.log.child({ component: 'db', logger: 'db.pool' })
    logging.setLevels({ loggers: { db: 'error', 'db.pool': 'debug' } })
    expect(saysDebug(pool)).toBe(true)
  })

  test.each<[Record<string, LogLevel>, string, LogLevel]>([
    [{ db: 'debug' }, 'db.pool.idle', 'debug'],
    [{ db: 'debug' }, 'dbx', 'info'],
    [{ 'db.*': 'debug' }, 'db', 'info'],
    [{ 'db.*': 'debug' }, 'db.pool', 'debug'],
    [{ '*': 'warn', db: 'debug', 'db.*': 'error' }, 'db.pool', 'error'],
    [{ '*': 'warn', db: 'debug', 'db.pool': 'trace', '*.pool': 'error' }, 'db.pool', 'trace'],
    [{ '*.pool': 'error', 'db.*': 'debug' }, 'db.pool', 'debug'],
    [{ '*': 'warn' }, 'db.pool', 'warn'],
    [{ '*.*.idle': 'warn', '*': 'error' }, 'db.pool.idle', 'warn'],
  ])('of %j, the one that names most holds for %s: %s', (loggers, name, level) => {
    const { logging } = atInfo()
    const before = logging.log.child({ component: name })
    logging.setLevels({ loggers })
    expect([before.level, logging.log.child({ component: name }).level]).toEqual([level, level])
    expect(logging.levels.loggers).toEqual({ [name]: level })
  })

  test('what code gave holds where no level is set for the name, and comes back', () => {
    const { logging } = atInfo()
    const chatty = logging.log.child({ component: 'db' }, { level: 'trace' })
    const below = chatty.child({ component: 'pool' })
    const plain = logging.log.child({ component: 'db' })
    const levels = () => [chatty, below, plain].map(({ level }) => level)
    expect(levels()).toEqual(['trace', 'trace', 'info'])
    logging.setLevels({ level: 'warn', loggers: { db: 'error' } })
    expect(levels()).toEqual(['error', 'trace', 'error'])
    logging.setLevels({ level: 'warn' })
    expect(levels()).toEqual(['trace', 'trace', 'warn'])
  })

  test('a logger without a name keeps a level of its own, even where the log had the same one', () => {
    const { logging } = atInfo()
    const own = logging.log.child({ a: 1 }, { level: 'info' })
    logging.level = 'error'
    expect(own.level).toBe('info')
  })

  test('a level that does not exist, and levels of one’s own, are as pino has them', () => {
    const { logging } = atInfo()
    expect(() => logging.log.child({ component: 'db' }, { level: 'loud' })).toThrow('loud')
    const own = logging.log.child({ component: 'db' }, { customLevels: { audit: 35 } })
    expect(own.level).toBe('info')
    expect(() => own.audit({ a: 1 }, 'seen')).not.toThrow()
  })

  test('names that nobody can write, and more than a thousand, are loggers like any other', () => {
    const { logging } = atInfo()
    for (const name of ['', 'a\nb', 'x'.repeat(101)]) logging.log.child({ component: name }).info('fine')
    for (let i = 0; i < 1_100; i++) logging.log.child({ component: `c${i}` })
    expect(Object.keys(logging.levels.loggers)).toHaveLength(1_000)
    const late = logging.log.child({ component: 'late' })
    logging.level = 'debug'
    expect(saysDebug(late)).toBe(true)
  })
})

describe('a level for a while', () => {
  test('is undone when its time is over, and both are said once, at whatever level', async () => {
    const { clock, logging, lines } = atInfo()
    logging.level = 'error'
    const db = logging.log.child({ component: 'db' })
    logging.setLevel('debug', { logger: 'db', ttl: '10m', by: 'admin port' })
    expect([logging.log, db].map(saysDebug)).toEqual([false, true])
    await clock.advance(10 * MINUTE_MS - 1)
    expect(saysDebug(db)).toBe(true)
    await clock.advance(1)
    expect(saysDebug(db)).toBe(false)
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        event: 'log.level_set',
        logger: 'db',
        to: 'debug',
        ttlMs: 600_000,
        by: 'admin port',
        msg: 'Logger db logs at debug for 10m, then as before',
      }),
      expect.objectContaining({
        event: 'log.level_reverted',
        logger: 'db',
        how: 'reverted',
        msg: 'Logger db logs as before again: its time is over',
      }),
    ])
    expect(clock.pending).toBe(0)
  })

  test('is a quarter of an hour when nobody says how long, and begins anew with a second change', async () => {
    const { clock, logging } = atInfo()
    logging.setLevel('debug')
    await clock.advance(10 * MINUTE_MS)
    logging.setLevel('trace')
    await clock.advance(15 * MINUTE_MS - 1)
    expect(logging.level).toBe('trace')
    expect(logging.levels.overrides).toEqual([{ level: 'trace', leftMs: 1 }])
    await clock.advance(1)
    expect(logging.level).toBe('info')
    expect(clock.pending).toBe(0)
  })

  test('goes before what lasts, which holds as it was said last when the time is over', async () => {
    const { clock, logging } = atInfo()
    const db = logging.log.child({ component: 'db' })
    logging.setLevel('debug')
    logging.setLevel('trace', { logger: 'db' })
    logging.setLevels({ level: 'warn', loggers: { db: 'error' } })
    expect([logging.level, db.level]).toEqual(['debug', 'trace'])
    expect(logging.levels.lasting).toEqual({ level: 'warn', loggers: { db: 'error' } })
    logging.level = 'fatal'
    expect(logging.level).toBe('debug')
    await clock.advance(15 * MINUTE_MS)
    expect([logging.level, db.level]).toEqual(['fatal', 'error'])
  })

  test('can be ended before its time, once', async () => {
    const { clock, logging, messages } = atInfo()
    logging.setLevel('debug')
    expect([logging.clearLevel(), logging.clearLevel(), logging.clearLevel('db')]).toEqual([true, false, false])
    expect(logging.level).toBe('info')
    await clock.advance(60 * MINUTE_MS)
    expect(messages().slice(1)).toEqual(['The service logs at info again: it was ended by hand'])
  })

  test('silence can be set, and is said; a log that is silent anyway says nothing', async () => {
    const { clock, logging, messages } = atInfo()
    logging.setLevel('silent', { ttl: '1s' })
    logging.log.fatal('nobody hears')
    await clock.advance(1_000)
    expect(messages()).toEqual([
      'The service logs at silent for 1s, then as before',
      'The service logs at info again: its time is over',
    ])
    logging.level = 'silent'
    logging.setLevel('silent')
    logging.clearLevel()
    expect(messages()).toHaveLength(2)
  })

  test('the end of the log ends its waiting', () => {
    const { clock, logging } = atInfo()
    logging.setLevel('debug')
    logging.close()
    expect(clock.pending).toBe(0)
  })
})

describe('what is wrong is refused with its name, and nothing is changed', () => {
  test.each<[object, RegExp]>([
    [{ level: 'debgu' }, /"level" is "debgu", expected one of trace/],
    [{ level: 'warn', loggers: { db: 'debgu' } }, /"loggers\.db" is "debgu".*Did you mean "debug"\?/],
    [{ level: 'warn', loggers: { db: 7 } }, /"loggers\.db" is number/],
    [{ level: 'warn', loggers: { 'db..x': 'warn' } }, /"loggers" has the name "db\.\.x"/],
    [{ level: 'warn', loggers: { 'd*': 'warn' } }, /"loggers" has the name "d\*"/],
    [{ level: 'warn', loggers: [] }, /"loggers" must be an object/],
    [{ level: 'warn', logers: {} }, /"logers" is not an option\. Did you mean "loggers"\?/],
  ])('lasting levels %j', (levels, message) => {
    const { logging } = atInfo()
    expect(() => logging.setLevels(levels)).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
    expect(() => logging.setLevels(levels)).toThrow(message)
    expect(logging.levels).toMatchObject({ level: 'info', lasting: { loggers: {} } })
  })

  test.each<[string, object, RegExp]>([
    ['loud', {}, /"level" is "loud"/],
    ['debug', { ttl: '999ms' }, /"ttl" is 999 ms, expected 1000 to 86400000 ms/],
    ['debug', { ttl: '25h' }, /"ttl" is 90000000 ms/],
    ['debug', { ttl: 'soon' }, /"ttl" is "soon"/],
    ['debug', { logger: '*.' }, /"logger" is no name of loggers/],
    ['debug', { loger: 'db' }, /"loger" is not an option\. Did you mean "logger"\?/],
  ])('a level for a while: %s %j', (level, change, message) => {
    const { clock, logging, messages } = atInfo()
    expect(() => logging.setLevel(level as LogLevel, change)).toThrow(message)
    expect([clock.pending, messages()]).toEqual([0, []])
  })

  test('more than a hundred at a time', () => {
    const { logging } = atInfo()
    for (let i = 0; i < 100; i++) logging.setLevel('debug', { logger: `c${i}` })
    expect(() => logging.setLevel('debug', { logger: 'one-more' })).toThrow('there are 100 levels')
    expect(() => logging.setLevel('trace', { logger: 'c7' })).not.toThrow()
  })
})
