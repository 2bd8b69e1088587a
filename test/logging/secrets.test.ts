import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { type Logger, pino } from 'pino'
import { expect, test } from 'vitest'
import { hideSecrets } from '../../src/core/secret-text.ts'
import { parseRedactRules } from '../../src/logging/redact-rules.ts'
import { createSafeLogger } from '../../src/logging/safe-logger.ts'

/** A token that can stand nowhere by chance: if it is in the output, a secret got out. */
const CANARY = `canary${randomBytes(12).toString('hex')}`

function makeLog(...redact: readonly string[]) {
  const lines: string[] = []
  const options = { level: 'trace', base: { service: 'test' }, rules: parseRedactRules(redact) } as const
  const { log } = createSafeLogger(options, { write: (line) => void lines.push(hideSecrets(line)) })
  return { log, lines, fields: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

class Request {
  readonly headers = { authorization: `Bearer ${CANARY}`, accept: 'text/html' }
  readonly url = '/orders'
}

class Settings {
  readonly #password = CANARY
  toJSON(): object {
    return { password: this.#password, host: 'db' }
  }
}

const circular: Record<string, unknown> = { name: 'loop', token: CANARY }
circular['self'] = circular

const PLACES: readonly [string, (log: Logger) => void][] = [
  ['a field', (log) => log.info({ password: CANARY }, 'm')],
  ['a field in capitals', (log) => log.info({ DATABASE_PASSWORD: CANARY }, 'm')],
  ['a field that is an object', (log) => log.info({ credentials: { user: 'a', x: CANARY } }, 'm')],
  ['a field that is a list', (log) => log.info({ tokens: ['a'], cookies: [CANARY] }, 'm')],
  ['a field of a field', (log) => log.info({ config: { apiKey: CANARY } }, 'm')],
  ['a field of a field of a field', (log) => log.info({ req: { headers: { authorization: CANARY } } }, 'm')],
  [
    'a field seven levels down',
    (log) => log.info({ a: { b: { c: { d: { e: { f: { 'set-cookie': CANARY } } } } } } }, 'm'),
  ],
  ['a field deeper than is walked', (log) => log.info({ a: nest(40, { harmless: CANARY }) }, 'm')],
  ['an item of a list', (log) => log.info({ users: [{ name: 'a' }, { name: 'b', passwd: CANARY }] }, 'm')],
  ['an instance of a class', (log) => log.info({ request: new Request() }, 'm')],
  ['what toJSON returns', (log) => log.info({ settings: new Settings() }, 'm')],
  ['what a nested toJSON returns', (log) => log.info({ all: [{ settings: new Settings() }] }, 'm')],
  ['a circular object', (log) => log.info({ circular }, 'm')],
  [
    'what a serializer returns',
    (log) => log.child({}, { serializers: { req: () => ({ headers: { cookie: CANARY } }) } }).info({ req: 1 }, 'm'),
  ],
  [
    'what a formatter returns',
    (log) => log.child({}, { formatters: { log: () => ({ secret: CANARY }) } }).info({ x: 1 }, 'm'),
  ],
  ['a binding of a child', (log) => log.child({ token: CANARY }).info('m')],
  ['a nested binding of a child', (log) => log.child({ client: { secret: CANARY } }).info('m')],
  ['a binding of a child of a child', (log) => log.child({ a: 1 }).child({ clientSecret: CANARY }).info('m')],
  [
    'a binding set later',
    (log) => {
      const child = log.child({})
      child.setBindings({ jwt: CANARY })
      child.info('m')
    },
  ],
  ['a binding read back', (log) => log.info(log.child({ token: CANARY }).bindings(), 'm')],
  [
    'an error',
    (log) => log.error(Object.assign(new Error('m'), { config: { headers: { Authorization: CANARY } } }), 'm'),
  ],
  [
    'an error under another name',
    (log) => log.error({ failure: Object.assign(new Error('m'), { password: CANARY }) }, 'm'),
  ],
  [
    'a cause',
    (log) => log.error({ err: new Error('m', { cause: Object.assign(new Error('c'), { secret: CANARY }) }) }, 'm'),
  ],
  ['a cause that is no error', (log) => log.error({ err: new Error('m', { cause: { privateKey: CANARY } }) }, 'm')],
  [
    'a part of an AggregateError',
    (log) => log.error(new AggregateError([Object.assign(new Error('p'), { dsn: CANARY })]), 'm'),
  ],
  ['an object in a message', (log) => log.info('with %o', { password: CANARY })],
  ['an object as JSON in a message', (log) => log.info('with %j', { db: { password: CANARY } })],
  ['an object instead of a message', (log) => log.info({ a: 1 }, { password: CANARY } as unknown as string)],
  ['a URL in a message', (log) => log.info(`connecting to postgres://app:${CANARY}@db:5432/orders`)],
  ['a URL in the message of an error', (log) => log.error(new Error(`no route to amqps://app:${CANARY}@mq`))],
  ['a URL in the message of a cause', (log) => log.error(new Error('m', { cause: new Error(`redis://:${CANARY}@c`) }))],
  ['a URL in a field', (log) => log.info({ endpoint: `https://${CANARY}@api.example.com/v1` }, 'm')],
  ['a URL object', (log) => log.info({ endpoint: new URL(`https://app:${CANARY}@api.example.com/v1`) }, 'm')],
  ['a URL that is none', (log) => log.error({ err: invalidUrl(`postgres://app:a/b${CANARY}@db/x`) }, 'm')],
  ['a URL in a binding', (log) => log.child({ db: `mysql://app:${CANARY}@db` }).info('m')],
  ['a query', (log) => log.info({ req: { url: `/callback?code=1&access_token=${CANARY}` } }, 'm')],
  ['a connection text', (log) => log.info(`using Server=db;User Id=app;Password=${CANARY};Encrypt=true`)],
  ['a header in a message', (log) => log.info(`sent Authorization: Bearer ${CANARY}`)],
  ['the name of a connection text', (log) => log.info({ connectionString: `Host=db;Pwd ${CANARY}` }, 'm')],
]

function nest(depth: number, value: unknown): unknown {
  return depth === 0 ? value : { inner: nest(depth - 1, value) }
}

function invalidUrl(text: string): unknown {
  try {
    return new URL(text)
  } catch (error) {
    return error
  }
}

test.each(PLACES)('a secret in %s does not get out', (_, write) => {
  const { log, lines } = makeLog()

  write(log)

  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain(CANARY)
  expect(() => JSON.parse(lines[0] ?? '') as unknown).not.toThrow()
})

test('the same lines of a plain pino hold the secret, so each place above is one', () => {
  const safe = PLACES.filter(([, write]) => {
    const lines: string[] = []
    write(pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }))
    return !lines.join('').includes(CANARY)
  })

  // Of a cause, pino writes only the message and the stack.
  expect(safe.map(([name]) => name)).toEqual(['a cause', 'a cause that is no error'])
})

test('what is no secret stays, and the object that was logged is not touched', () => {
  const { log, fields } = makeLog()
  const user = Object.freeze({ name: 'Ada', password: CANARY, visits: 3, tags: ['a'], tokenCount: 7, none: null })

  log.info({ user, list: [1, null, true], big: 12n, at: new Date(0), bytes: Buffer.alloc(5_000) }, 'm')

  expect(fields()).toMatchObject({
    user: { name: 'Ada', password: '[redacted]', visits: 3, tags: ['a'], tokenCount: 7, none: null },
    list: [1, null, true],
    big: '12',
    at: '1970-01-01T00:00:00.000Z',
    bytes: '[5000 bytes]',
  })
  expect(user.password).toBe(CANARY)
})

test('a plain name of `redact` is hidden at any depth and in any case', () => {
  const { log, lines } = makeLog('iban')

  log.child({ IBAN: CANARY }).info({ iban: CANARY, payment: { to: [{ Iban: CANARY, bank: 'x' }] } }, 'm')

  expect(lines[0]).not.toContain(CANARY)
  expect(lines[0]).toContain('"bank":"x"')
})

test.each([
  ['user.email', { user: { email: CANARY, name: 'Ada' } }],
  ['user["e-mail"]', { user: { 'e-mail': CANARY, name: 'Ada' } }],
  ["user['e-mail']", { user: { 'e-mail': CANARY, name: 'Ada' } }],
  ['["x-internal"]', { 'x-internal': CANARY, name: 'Ada' }],
  ['items[*].card', { items: [{ card: CANARY }, { card: CANARY, name: 'Ada' }] }],
  ['items[0].card', { items: [{ card: CANARY, name: 'Ada' }] }],
  ['*.card', { a: { card: CANARY }, b: { card: CANARY, name: 'Ada' } }],
  ['*.*.card', { a: { x: { card: CANARY } }, b: { y: { card: CANARY, name: 'Ada' } } }],
  ['user.*', { user: { email: CANARY, phone: CANARY }, name: 'Ada' }],
])('the path %s of `redact` hides what it names, and nothing else', (path, value) => {
  const { log, lines } = makeLog(path, 'other.place')

  log.info(value, 'm')

  expect(lines[0]).not.toContain(CANARY)
  expect(lines[0]).toContain('Ada')
})

test('paths that share a beginning and a star all hold', () => {
  const { log, lines } = makeLog('user.email', '*.phone', 'user.home.city')

  log.info(
    { user: { email: CANARY, phone: CANARY, home: { city: CANARY, zip: 'z' } }, boss: { phone: CANARY, email: 'e' } },
    'm',
  )

  expect(lines[0]).not.toContain(CANARY)
  expect(lines[0]).toContain('"zip":"z"')
  expect(lines[0]).toContain('"email":"e"')
})

test.each(['a..b', 'a[b', 'a]', '[]', 'a[', '', ' ', 'a b', 'a[*'])('%j is no name and no path', (text) => {
  expect(() => parseRedactRules([text])).toThrow(RangeError)
})

test('a child can not have rules of its own, because it would lose the others', () => {
  const { log } = makeLog()

  expect(() => log.child({}, { redact: ['a'] })).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
})

test('whatever is logged: one line of JSON, no throw, and no secret of a secret name', () => {
  fc.assert(
    fc.property(
      fc.object({ maxDepth: 6, withBigInt: true, withDate: true, withTypedArray: true, withNullPrototype: true }),
      fc.string(),
      (value, text) => {
        const { log, lines, fields } = makeLog()
        log.info({ value, deep: { secret: CANARY, value: [value] } }, text)
        expect(lines).toHaveLength(1)
        expect(lines[0]).not.toContain(CANARY)
        expect(fields()['level']).toBe('info')
      },
    ),
  )
})

test('a value that can not be read is said so, and costs only itself', () => {
  const { log, fields } = makeLog()
  const broken = {
    get boom(): never {
      throw new Error('no')
    },
  }

  log.info({ broken, fine: { a: 1 } }, 'm')

  expect(fields()).toMatchObject({ broken: '[not serialisable: no]', fine: { a: 1 }, msg: 'm' })
})

test.each([
  ['a list of objects', Array.from({ length: 100_000 }, () => ({ a: 1 }))],
  ['a list of numbers', Array.from({ length: 100_000 }, (_, n) => n)],
  ['an object of objects', Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`k${n}`, { a: 1 }]))],
  ['a tree', tree(6, 8)],
  ['bytes', new Uint8Array(10_000_000)],
])('%s of enormous size costs a line of bounded size', (_, huge) => {
  const { log, lines, fields } = makeLog()

  log.info({ huge }, 'm')

  expect(lines[0]?.length).toBeLessThan(100_000)
  expect(fields()['msg']).toBe('m')
})

function tree(depth: number, width: number): unknown {
  return depth === 0 ? 1 : Array.from({ length: width }, () => tree(depth - 1, width))
}
