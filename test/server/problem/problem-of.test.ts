import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SeaworthyError } from '../../../src/core/seaworthy-error.ts'
import { HttpProblem, isHttpProblem } from '../../../src/server/problem/http-problem.ts'
import { problemOf } from '../../../src/server/problem/problem-of.ts'
import { PolicyError } from '../../../src/recovery/policies/policy-error.ts'

const withFields = (fields: object): Error => Object.assign(new Error('the text'), fields)

describe('what is meant for the client', () => {
  test('a problem says all that it holds but its cause', () => {
    const problem = new HttpProblem(429, 'too many', {
      type: 'https://a.example/limit',
      title: 'Limit',
      instance: '/limits/1',
      headers: { 'retry-after': '3' },
      extensions: { limit: 10 },
      cause: new Error('redis at 10.0.0.1'),
    })
    expect(problemOf(problem)).toEqual({
      status: 429,
      type: 'https://a.example/limit',
      title: 'Limit',
      detail: 'too many',
      instance: '/limits/1',
      headers: { 'retry-after': '3' },
      extensions: { limit: 10 },
      isExpected: true,
    })
    expect(isHttpProblem(problem)).toBe(true)
    expect(problem).toMatchObject({ message: 'too many', statusCode: 429, expose: true })
  })

  test.each([399, 600, 404.5, Number.NaN])('there is no problem with the status %s', (status) => {
    expect(() => new HttpProblem(status)).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  })

  test.each([400, 599])('%s is the status of a problem', (status) => {
    expect(new HttpProblem(status).status).toBe(status)
  })

  test('an error of http-errors: its message where it is exposed, else its status only', () => {
    const exposed = withFields({ status: 403, statusCode: 403, expose: true, headers: { allow: 'GET', bad: {} } })
    expect(problemOf(exposed)).toMatchObject({ status: 403, detail: 'the text', headers: { allow: 'GET' } })
    const hidden = problemOf(withFields({ status: 503, expose: false }))
    expect(hidden).toMatchObject({ status: 503, isExpected: false })
    expect(hidden).not.toHaveProperty('detail')
  })

  test('a failed validation of Fastify lists what is wrong, and where', () => {
    const validation = [{ instancePath: '/amount', message: 'must be > 0', keyword: 'x', params: {} }]
    const error = withFields({ code: 'FST_ERR_VALIDATION', statusCode: 400, validation, validationContext: 'body' })
    expect(problemOf(error)).toMatchObject({
      status: 400,
      detail: 'The body is not valid',
      extensions: { errors: [{ in: 'body', pointer: '#/amount', detail: 'must be > 0' }] },
    })
    expect(problemOf(withFields({ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 })).status).toBe(413)
    expect(problemOf(withFields({ code: 'FST_ERR_X', statusCode: 500 }))).toMatchObject({
      status: 500,
      isExpected: false,
    })
  })

  test('no more than a hundred things that are wrong are listed', () => {
    const validation = Array.from({ length: 101 }, () => ({ instancePath: '', message: 'no' }))
    const { extensions } = problemOf(withFields({ code: 'FST_ERR_VALIDATION', statusCode: 400, validation }))
    expect(extensions['errors']).toHaveLength(100)
  })

  test('an exception of Nest: its text, its list, its own fields; from 500 on its status only', () => {
    const exception = (status: number, response: unknown): Error =>
      withFields({ getStatus: () => status, getResponse: () => response })
    expect(problemOf(exception(404, 'no cat'))).toMatchObject({ status: 404, detail: 'no cat' })
    expect(problemOf(exception(400, { message: ['a', 'b'], error: 'Bad Request', statusCode: 400 }))).toMatchObject({
      status: 400,
      extensions: { errors: [{ detail: 'a' }, { detail: 'b' }] },
    })
    expect(problemOf(exception(409, { message: 'taken', reason: 'R1' }))).toMatchObject({
      detail: 'taken',
      extensions: { reason: 'R1' },
    })
    expect(problemOf(exception(500, 'db at 10.0.0.1'))).not.toHaveProperty('detail')
  })

  test('an HTTPException of Hono: its text, from 500 on its status only', () => {
    const exception = (status: number): Error => withFields({ status, getResponse: () => undefined })
    expect(problemOf(exception(401))).toMatchObject({ status: 401, detail: 'the text' })
    expect(problemOf(exception(502))).not.toHaveProperty('detail')
  })

  test('what a policy refused or gave up is 503 or 504, and when to come again', () => {
    const refused = (retryAfterMs?: number): PolicyError =>
      new PolicyError('SEA_POLICY_CIRCUIT_OPEN', 'payments', { statusCode: 503, retryAfterMs })
    expect(problemOf(refused(1001))).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, isExpected: true })
    expect(problemOf(refused(0)).headers).toEqual({ 'retry-after': '1' })
    expect(problemOf(refused()).headers).toEqual({})
    const late = new PolicyError('SEA_POLICY_TIMED_OUT', 'payments', { statusCode: 504 })
    expect(problemOf(late).status).toBe(504)
    expect(problemOf(late)).not.toHaveProperty('detail')
  })

  test('a request that a shutdown has ended is 503, a timeout 504', () => {
    expect(problemOf(new SeaworthyError('SEA_REQUEST_SHUTDOWN', 'x'))).toMatchObject({ status: 503, isExpected: true })
    const reason = new SeaworthyError('SEA_REQUEST_SHUTDOWN', 'x')
    const aborted = Object.assign(new Error('aborted', { cause: reason }), { name: 'AbortError' })
    expect(problemOf(aborted)).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, isExpected: true })
    expect(problemOf(new SeaworthyError('SEA_WORK_REFUSED', 'x')).status).toBe(503)
    expect(problemOf(new DOMException('x', 'TimeoutError'))).toMatchObject({ status: 504, isExpected: false })
    expect(problemOf(new DOMException('x', 'AbortError')).status).toBe(500)
  })

  test('a parameter of a route that can not be decoded is a bad request, without its value', () => {
    const error = Object.assign(new URIError("Failed to decode param '%zz'"), { status: 400 })
    expect(problemOf(error)).toMatchObject({ status: 400 })
    expect(problemOf(error)).not.toHaveProperty('detail')
  })
})

test('whatever else is thrown is 500 and says nothing, and reading it never throws', () => {
  const hostile = new Proxy(new Error('x'), {
    get() {
      throw new Error('no')
    },
  })
  expect(problemOf(hostile)).toMatchObject({ status: 500 })
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.record({ status: fc.integer(), statusCode: fc.anything(), code: fc.string() })),
      (thrown) => {
        expect(problemOf(thrown)).toEqual({
          status: 500,
          type: 'about:blank',
          title: 'Internal Server Error',
          headers: {},
          extensions: {},
          isExpected: false,
        })
      },
    ),
  )
})
