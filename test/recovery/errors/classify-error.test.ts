import { connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SeaworthyError } from '../../../src/core/seaworthy-error.ts'
import { classifyError, type ErrorCategory, PolicyError } from '../../../src/public/resilience.ts'

function coded(fields: object, Type: new (message: string) => Error = Error): Error {
  return Object.assign(new Type('something happened'), fields)
}

class MongoServerError extends Error {
  override name = 'MongoServerError'
  readonly labels: readonly string[]
  constructor(message: string, labels: readonly string[] = []) {
    super(message)
    this.labels = labels
  }
  hasErrorLabel(label: string): boolean {
    return this.labels.includes(label)
  }
}
class MongoNetworkError extends Error {
  override name = 'MongoNetworkError'
}
class ReplyError extends Error {
  override name = 'ReplyError'
}
/** Those of node-redis keep the name of `Error`. */
class SocketClosedUnexpectedlyError extends Error {}
class SimpleError extends Error {}
/** That of undici, without a code. */
class HTTPParserError extends Error {
  override name = 'HTTPParserError'
}

const grpc = (code: number): Error => coded({ code, details: 'x', metadata: {} })
const pg = (code: string): Error => coded({ code, severity: 'ERROR' })
const amqp = (code: number): Error => coded({ code, classId: 60, methodId: 40 })

test.each<[string, unknown, ErrorCategory, boolean, string | undefined]>([
  ['refused', coded({ code: 'ECONNREFUSED' }), 'refused', true, 'ECONNREFUSED'],
  ['reset', coded({ code: 'ECONNRESET' }), 'network', true, 'ECONNRESET'],
  ['timed out', coded({ code: 'ETIMEDOUT' }), 'timeout', true, 'ETIMEDOUT'],
  ['a name that is not answered for now', coded({ code: 'EAI_AGAIN' }), 'dns', true, 'EAI_AGAIN'],
  ['a name that does not exist', coded({ code: 'ENOTFOUND' }), 'dns', false, 'ENOTFOUND'],
  ['a certificate that is over', coded({ code: 'CERT_HAS_EXPIRED' }), 'tls', false, 'CERT_HAS_EXPIRED'],
  ['a list of revoked certificates', coded({ code: 'UNABLE_TO_GET_CRL' }), 'tls', false, 'UNABLE_TO_GET_CRL'],
  ['a server of names that refuses', coded({ code: 'EREFUSED' }), 'dns', true, 'EREFUSED'],
  ['a family of codes', coded({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'tls', false, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['an answer that is none', coded({ code: 'HPE_INVALID_CONSTANT' }), 'external', false, 'HPE_INVALID_CONSTANT'],
  ['an answer that is none, without a code', new HTTPParserError('x'), 'external', false, 'HTTPParserError'],
  ['a file that is missing', coded({ code: 'ENOENT', syscall: 'open' }), 'not_found', false, 'ENOENT'],
  ['a Unix socket that is missing', coded({ code: 'ENOENT', syscall: 'connect' }), 'refused', true, 'ENOENT'],
  ['undici', coded({ code: 'UND_ERR_HEADERS_TIMEOUT' }), 'timeout', true, 'UND_ERR_HEADERS_TIMEOUT'],
  ['an abort', new DOMException('x', 'AbortError'), 'cancelled', false, 'AbortError'],
  ['an abort of Node', coded({ code: 'ABORT_ERR' }), 'cancelled', false, 'ABORT_ERR'],
  ['a timeout', new DOMException('x', 'TimeoutError'), 'timeout', true, 'TimeoutError'],
  ['an answer', new Response(null, { status: 503 }), 'unavailable', true, '503'],
  ['an answer that is none of ours', { statusCode: 429, headers: {} }, 'rate_limit', true, '429'],
  ['an error with an answer', coded({ response: { status: 404, headers: {} } }), 'not_found', false, '404'],
  ['a client error without its own line', { status: 418 }, 'validation', false, '418'],
  ['a server error without its own line', { status: 507 }, 'external', false, '507'],
  ['forbidden', { status: 403 }, 'permission', false, '403'],
  ['a conflict', { status: 409 }, 'conflict', false, '409'],
  ['gRPC, unavailable', grpc(14), 'unavailable', true, '14'],
  ['gRPC, deadline exceeded', grpc(4), 'timeout', true, '4'],
  ['gRPC, resource exhausted', grpc(8), 'rate_limit', true, '8'],
  ['gRPC, aborted', grpc(10), 'conflict', true, '10'],
  ['gRPC, cancelled', grpc(1), 'cancelled', false, '1'],
  ['pg, serialization', pg('40001'), 'conflict', true, '40001'],
  ['pg, a deadlock', pg('40P01'), 'conflict', true, '40P01'],
  ['pg, shutting down', pg('57P01'), 'unavailable', true, '57P01'],
  ['pg, too many connections', pg('53300'), 'unavailable', true, '53300'],
  ['pg, a unique key', pg('23505'), 'conflict', false, '23505'],
  ['pg, a syntax error', pg('42601'), 'validation', false, '42601'],
  ['pg, no right', pg('42501'), 'permission', false, '42501'],
  ['pg, its own bug', pg('XX000'), 'external', false, 'XX000'],
  ['pg, a code of an extension', pg('ZZ123'), 'external', false, 'ZZ123'],
  ['five letters that are not of pg', coded({ code: 'EPIPE' }), 'network', true, 'EPIPE'],
  ['mysql2, a deadlock', coded({ code: 'ER_LOCK_DEADLOCK', sqlState: '40001' }), 'conflict', true, 'ER_LOCK_DEADLOCK'],
  ['mysql2, a duplicate', coded({ code: 'ER_DUP_ENTRY', sqlState: '23000' }), 'conflict', false, 'ER_DUP_ENTRY'],
  ['mysql2, only a state', coded({ code: 'ER_NEW', sqlState: '42000' }), 'validation', false, 'ER_NEW'],
  ['mysql2, lost', coded({ code: 'PROTOCOL_CONNECTION_LOST' }), 'network', true, 'PROTOCOL_CONNECTION_LOST'],
  ['node:sqlite, busy', coded({ code: 'ERR_SQLITE_ERROR', errcode: 517 }), 'conflict', true, 'ERR_SQLITE_ERROR'],
  [
    'node:sqlite, a unique key',
    coded({ code: 'ERR_SQLITE_ERROR', errcode: 2067 }),
    'conflict',
    false,
    'ERR_SQLITE_ERROR',
  ],
  ['ioredis, loading', new ReplyError('LOADING Redis is loading'), 'unavailable', true, 'LOADING'],
  ['ioredis, a replica', new ReplyError('READONLY You can’t'), 'unavailable', true, 'READONLY'],
  ['node-redis, wrong type', new SimpleError('WRONGTYPE Operation'), 'validation', false, 'WRONGTYPE'],
  ['node-redis, closed', new SocketClosedUnexpectedlyError('x'), 'network', true, 'SocketClosedUnexpectedlyError'],
  ['mongodb, a duplicate', Object.assign(new MongoServerError('x'), { code: 11_000 }), 'conflict', false, '11000'],
  ['mongodb, stepped down', Object.assign(new MongoServerError('x'), { code: 189 }), 'unavailable', true, '189'],
  ['mongodb, a label', new MongoServerError('x', ['RetryableWriteError']), 'unavailable', true, 'MongoServerError'],
  ['mongodb, network', new MongoNetworkError('x'), 'network', true, 'MongoNetworkError'],
  ['amqplib, closed by force', amqp(320), 'unavailable', true, '320'],
  ['amqplib, no such queue', amqp(404), 'not_found', false, '404'],
  [
    'our own, which is never tried again by a policy around',
    new PolicyError('SEA_POLICY_CIRCUIT_OPEN', 'x', { statusCode: 503, retryAfterMs: 5 }),
    'unavailable',
    false,
    'SEA_POLICY_CIRCUIT_OPEN',
  ],
  [
    'our own, of a client that went away',
    new SeaworthyError('SEA_REQUEST_CLIENT_GONE', 'x'),
    'cancelled',
    false,
    'SEA_REQUEST_CLIENT_GONE',
  ],
  ['a mistake in the code', new TypeError('x is not a function'), 'internal', false, undefined],
  ['a message that only sounds like one', new Error('connect ECONNREFUSED 503 timeout'), 'internal', false, undefined],
  ['a code that is a name of every object', coded({ code: 'constructor' }), 'internal', false, undefined],
  ['a number that nobody knows', coded({ code: 14 }), 'internal', false, undefined],
  ['nothing', undefined, 'internal', false, undefined],
  ['a text', 'ECONNREFUSED', 'internal', false, undefined],
])('%s', (_, error, category, retryable, code) => {
  expect(classifyError(error)).toMatchObject({ category, retryable, code })
})

test('an error that says nothing is what its cause is, however deep', () => {
  let error: Error = coded({ code: 'ECONNRESET' })
  for (let depth = 0; depth < 20; depth++) error = new Error('wrapped', { cause: error })
  expect(classifyError(error)).toMatchObject({ category: 'network', retryable: true })
})

test('causes in a circle, and endless ones, come to an end', () => {
  const one = new Error('one')
  const two = new Error('two', { cause: one })
  one.cause = two
  expect(classifyError(one).category).toBe('internal')
  const many = new AggregateError([one, two])
  one.cause = many
  expect(classifyError(many).category).toBe('internal')
  let endless: Error = coded({ code: 'ECONNRESET' })
  for (let depth = 0; depth < 100_000; depth++) endless = new Error('wrapped', { cause: endless })
  expect(classifyError(endless).category).toBe('internal')
})

test('of several errors in one the first that does not pass decides, and only when all pass the whole does', () => {
  const refused = coded({ code: 'ECONNREFUSED' })
  const timedOut = coded({ code: 'ETIMEDOUT' })
  expect(classifyError(new AggregateError([refused, timedOut]))).toMatchObject({ category: 'refused', retryable: true })
  const denied = { status: 403 }
  expect(classifyError(new AggregateError([refused, denied]))).toMatchObject({ category: 'permission' })
  expect(classifyError(new AggregateError([refused, new Error('unknown')]))).toMatchObject({ category: 'internal' })
})

test('whatever is thrown, asking throws nothing', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const trap = new Error('x')
  Object.defineProperty(trap, 'code', {
    get() {
      throw new Error('no')
    },
  })
  for (const error of [proxy, trap, null, Symbol('x'), 7n, () => {}, Object.create(null)]) {
    expect(classifyError(error)).toMatchObject({ category: 'internal', retryable: false })
  }
})

test.each<[string, unknown, number | undefined]>([
  ['seconds', '120', 120_000],
  ['no seconds', '0', 0],
  ['a date to come', 'Wed, 21 Oct 2015 07:28:05 GMT', 5_000],
  ['a date of the old form', 'Wednesday, 21-Oct-15 07:28:05 GMT', 5_000],
  ['a date of the oldest form', 'Wed Oct 21 07:28:05 2015', 5_000],
  ['a date that has passed', 'Wed, 21 Oct 2015 07:00:00 GMT', 0],
  ['more than a day', '999999999', 86_400_000],
  ['less than nothing', '-5', undefined],
  ['a fraction', '1.5', undefined],
  ['words', 'in a minute', undefined],
  ['a number that is a date to some', '2015', 2_015_000],
  ['a very long text', `Wed, ${'0'.repeat(100_000)}`, undefined],
])('a Retry-After of %s', (_, value, expected) => {
  const timeOfDay = () => Date.UTC(2015, 9, 21, 7, 28, 0)
  const answer = new Response(null, { status: 503, headers: { 'Retry-After': String(value) } })
  expect(classifyError(answer, { timeOfDay }).retryAfterMs).toBe(expected)
  expect(classifyError({ status: 503, headers: { 'Retry-After': value } }, { timeOfDay }).retryAfterMs).toBe(expected)
})

test('real errors: a port where nobody listens, a signal, a table that is missing', async () => {
  const refused = await new Promise<unknown>((resolve) => connect({ host: 'localhost', port: 1 }).on('error', resolve))
  expect(classifyError(refused)).toMatchObject({ category: 'refused', retryable: true })
  const fetched = await fetch('http://localhost:2/').catch((error: unknown) => error)
  expect(classifyError(fetched)).toMatchObject({ category: 'refused', retryable: true })
  const late = await fetch('http://127.0.0.1:2/', { signal: AbortSignal.abort() }).catch((error: unknown) => error)
  expect(classifyError(late)).toMatchObject({ category: 'cancelled', retryable: false })
  const database = new DatabaseSync(':memory:')
  let missing: unknown
  try {
    database.exec('select * from nowhere')
  } catch (error) {
    missing = error
  }
  database.close()
  expect(classifyError(missing)).toMatchObject({ category: 'external', retryable: false, code: 'ERR_SQLITE_ERROR' })
})
