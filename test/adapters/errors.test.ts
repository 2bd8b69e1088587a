import { beforeAll, describe, expect, test } from 'vitest'
import { SPAN_KIND, STATUS_CODE } from '../../src/otlp/model.ts'
import type { Got } from './errors/ask.ts'
import { CANARY } from './errors/deeds.ts'
import { ERROR_KINDS, type ErrorKind } from './errors/error-kinds.ts'
import { type KindResult, runKind } from './errors/run-kind.ts'

/** Errors that nobody meant for the client, thrown before anything was sent. */
const UNEXPECTED = ['sync', 'async', 'upstream', 'null', 'text', 'object', 'prepared']
/** Errors after the answer had begun. */
const CUT = ['headers', 'length', 'chunk', 'pipeline']
const LEFT = ['hang', 'upload']

for (const kind of ERROR_KINDS) describeErrors(kind)

function describeErrors(kind: ErrorKind): void {
  const promised = (names: readonly string[]): readonly string[] =>
    names.filter((name) => kind.except?.[name] === undefined)

  describe(`errors: ${kind.name}`, { timeout: 60_000 }, () => {
    let result: KindResult
    beforeAll(async () => {
      result = await runKind(kind)
    }, 60_000)

    const linesOf = (name: string): KindResult['lines'] =>
      result.lines.filter(({ request }) => request?.endsWith(`/${name}`) === true || request === `GET ${name}`)

    test.each(promised(UNEXPECTED))('%s: 500 as a problem, with the trace and nothing else', (name) => {
      const got = result.got[name] as Got
      expect(got).toMatchObject({ status: 500, isWhole: true })
      expect(got.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'content-length': String(Buffer.byteLength(got.body)),
      })
      expect(JSON.parse(got.body)).toEqual({
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        instance: expect.any(String),
        traceId: expect.stringMatching(/^[\da-f]{32}$/),
      })
    })

    test.each(promised(UNEXPECTED))('%s: one line of the log at error, with the trace of the answer', (name) => {
      const lines = linesOf(name).filter(({ request }) => request?.startsWith('GET') === true)
      expect(lines).toMatchObject([{ event: 'request.failed', level: 'error', outcome: 'answered', status: 500 }])
      const { traceId } = JSON.parse((result.got[name] as Got).body) as { traceId: string }
      expect(lines[0]?.['trace_id']).toBe(traceId)
      const span = result.spans.find((each) => each.traceId === traceId && each.kind === SPAN_KIND.server)
      expect(span?.status.code).toBe(STATUS_CODE.error)
      expect(span?.events.filter((event) => event.name === 'exception')).toHaveLength(1)
    })

    test('headers of the answer that was being prepared are gone, those of CORS are not', () => {
      const { headers } = result.got['prepared'] as Got
      expect(headers['content-encoding']).toBeUndefined()
      expect(headers['set-cookie']).toBeUndefined()
      expect(headers['access-control-allow-origin']).toBe('https://shop.example')
    })

    test('an error that is meant for the client says what it says, and is no error of ours', () => {
      const got = result.got['exposed'] as Got
      expect(got).toMatchObject({ status: 404, isWhole: true, headers: { 'x-kind': 'known' } })
      expect(JSON.parse(got.body)).toMatchObject({ title: 'Not Found', status: 404, detail: 'no such order' })
      for (const line of linesOf('exposed')) expect(line).toMatchObject({ event: 'request.refused', level: 'debug' })
    })

    test('a problem has its type, its detail and its members, and keeps its cause to itself', () => {
      const got = result.got['problem'] as Got
      expect(got.status).toBe(422)
      expect(JSON.parse(got.body)).toMatchObject({
        type: 'https://shop.example/problems/amount',
        status: 422,
        detail: 'the amount is 0',
        errors: [{ pointer: '#/amount', detail: 'is 0' }],
        traceId: expect.stringMatching(/^[\da-f]{32}$/),
      })
    })

    test('a call that a policy refused is 503, with the time after which to come again', () => {
      const got = result.got['policy'] as Got
      expect(got).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
      expect(JSON.parse(got.body)).not.toHaveProperty('detail')
      expect(linesOf('policy')).toMatchObject([{ event: 'request.refused', level: 'warn' }])
    })

    test.each(promised(CUT))('%s: the client can not take the answer for a whole one', (name) => {
      const got = result.got[name] as Got
      expect(got.isWhole).toBe(false)
      expect(got.body.replace('the first ', '')).toBe('')
    })

    test.runIf(kind.cutsByItself !== true)('telemetry says why an answer was cut, although its status was sent', () => {
      const span = result.spans.find(({ attributes }) => attributes['url.path'] === '/chunk')
      expect(span).toMatchObject({
        status: { code: STATUS_CODE.error },
        attributes: { 'error.type': 'SEA_REQUEST_CUT' },
      })
      expect(linesOf('chunk')).toMatchObject([{ event: 'request.failed', level: 'error', outcome: 'cut' }])
    })

    test('no answer holds anything of what was thrown', () => {
      for (const got of [...Object.values(result.got), result.notFound, result.head, result.again])
        expect(JSON.stringify(got)).not.toMatch(/hunter2|10\.1\.2\.3|can't connect|TypeError|at .*\.ts/)
      expect(CANARY).toMatch(/hunter2/)
    })

    test('a client that goes away is no error', () => {
      for (const name of promised(LEFT)) {
        const lines = linesOf(name)
        expect(lines, name).toMatchObject([{ event: 'request.client_gone', level: 'debug' }])
        const span = result.spans.find(({ attributes }) => attributes['url.path'] === `/${name}`)
        expect(span?.status.code, name).toBe(STATUS_CODE.unset)
        expect(span?.events, name).toEqual([])
      }
      expect(result.counts['client_gone'] ?? 0).toBe(promised(LEFT).length)
    })

    test('HEAD is answered without a body', () => {
      expect(result.head).toMatchObject({ status: 500, body: '', isWhole: true })
      expect(result.head.headers['content-type']).toBe('application/problem+json')
    })

    test.runIf(kind.answersNotFound === true)('what no route matches is a problem, too', () => {
      expect(result.notFound.status).toBe(404)
      expect(result.notFound.headers['content-type']).toBe('application/problem+json')
      expect(JSON.parse(result.notFound.body)).toMatchObject({ title: 'Not Found', status: 404 })
    })

    test('the service goes on', () => {
      expect(result.again.status).toBe(404)
      expect(result.lines.filter(({ level }) => level === 'fatal')).toEqual([])
    })
  })
}
