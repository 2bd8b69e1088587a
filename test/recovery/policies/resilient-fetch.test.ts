import { expect, test } from 'vitest'
import { createPolicy, type PolicyOptions, resilientFetch } from '../../../src/public/resilience.ts'
import { startTcp, startUnreliable } from './unreliable-server.ts'

const FAST = { initial: 1, max: 5 } as const

function make(options: Partial<PolicyOptions> = {}) {
  return createPolicy({
    name: 'payments',
    timeout: { total: '20s', attempt: '5s' },
    retry: { idempotent: 'keyed', attempts: 3, backoff: FAST },
    ...options,
  })
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => ({ value }),
    (error: unknown) => error,
  )
}

test('a GET is asked again after 503, and the answer that works is given', async () => {
  await using server = await startUnreliable((_, response, count) => {
    response.statusCode = count < 3 ? 503 : 200
    response.end(`answer ${count}`)
  })
  const response = await resilientFetch(make())(server.url)
  expect([response.status, await response.text()]).toEqual([200, 'answer 3'])
})

test('the answer of the last attempt is returned, not thrown, and can be read', async () => {
  await using server = await startUnreliable((_, response, count) => {
    response.statusCode = 503
    response.end(`answer ${count}`)
  })
  const response = await resilientFetch(make())(server.url)
  expect([response.status, await response.text()]).toEqual([503, 'answer 3'])
})

test('the body of an answer that nobody gets is not left open', async () => {
  const closed: Promise<unknown>[] = []
  await using server = await startUnreliable((request, response, count) => {
    if (count === 2) return void response.end('whole')
    response.statusCode = 503
    // It never ends by itself.
    response.write('the begin of a long page')
    closed.push(new Promise((resolve) => void request.socket.once('close', resolve)))
  })
  const response = await resilientFetch(make())(server.url)
  expect(await response.text()).toBe('whole')
  await Promise.all(closed)
  expect(closed).toHaveLength(1)
})

test.each([
  ['POST', {}, 1],
  ['PATCH', {}, 1],
  ['POST', { 'Idempotency-Key': '7' }, 3],
  ['PUT', {}, 3],
  ['DELETE', {}, 3],
  ['post', { 'idempotency-key': '7' }, 3],
] as const)('%s with the headers %j is sent %i times', async (method, headers, times) => {
  await using server = await startUnreliable((_, response) => {
    response.statusCode = 503
    response.end()
  })
  const body = method === 'DELETE' ? {} : { body: new URLSearchParams({ a: '1' }) }
  const response = await resilientFetch(make())(server.url, { method, headers, ...body })
  expect(response.status).toBe(503)
  expect(server.requests).toHaveLength(times)
  expect(server.bodies).toEqual(Array.from({ length: times }, () => (method === 'DELETE' ? '' : 'a=1')))
})

test('a policy that says every call is idempotent does not make a POST so', async () => {
  await using server = await startUnreliable((_, response) => {
    response.statusCode = 503
    response.end()
  })
  const send = resilientFetch(make({ retry: { idempotent: true, backoff: FAST } }))
  await send(server.url, { method: 'POST', body: 'x' })
  expect(server.requests).toHaveLength(1)
})

test('a Request is sent again with its method and headers', async () => {
  await using server = await startUnreliable((_, response, count) => {
    response.statusCode = count === 1 ? 429 : 200
    response.end()
  })
  const request = new Request(server.url, { method: 'DELETE', headers: { 'x-tenant': 't1' } })
  const response = await resilientFetch(make(), { deadlineHeader: 'x-left-ms' })(request)
  expect(response.status).toBe(200)
  expect(server.requests.map(({ method, headers }) => [method, headers['x-tenant']])).toEqual([
    ['DELETE', 't1'],
    ['DELETE', 't1'],
  ])
})

test('a stream as a body is refused where it may have to be sent again, or sent once', async () => {
  await using server = await startUnreliable((_, response) => {
    response.statusCode = 503
    response.end()
  })
  const init = () => ({ method: 'PUT', body: new Blob(['streamed']).stream(), duplex: 'half' as const })
  expect(await failure(resilientFetch(make())(server.url, init()))).toMatchObject({
    code: 'SEA_POLICY_BODY_NOT_REPLAYABLE',
  })
  const request = new Request(server.url, { method: 'PUT', body: 'x' })
  expect(await failure(resilientFetch(make())(request))).toMatchObject({ code: 'SEA_POLICY_BODY_NOT_REPLAYABLE' })
  expect(server.requests).toHaveLength(0)
  const once = resilientFetch(make(), { unreplayableBody: 'send-once' })
  expect((await once(server.url, init())).status).toBe(503)
  expect((await resilientFetch(make())(server.url, { ...init(), method: 'POST' })).status).toBe(503)
  expect(server.bodies).toEqual(['streamed', 'streamed'])
})

test('a status that is not on the list is given as it is, at once', async () => {
  await using server = await startUnreliable((_, response, count) => {
    response.statusCode = [404, 501][count - 1] ?? 200
    response.end()
  })
  const send = resilientFetch(make())
  expect((await send(server.url)).status).toBe(404)
  expect((await send(server.url)).status).toBe(501)
  const teapots = resilientFetch(make(), { retryStatuses: [418] })
  expect((await teapots(server.url)).status).toBe(200)
  expect(server.requests).toHaveLength(3)
})

test('answers with 500 and above open the circuit, those with 400 and above do not', async () => {
  await using server = await startUnreliable((request, response) => {
    response.statusCode = Number(request.url?.slice(1))
    response.end()
  })
  const policy = createPolicy({ name: 'payments', breaker: { failures: 2 } })
  const send = resilientFetch(policy)
  for (const status of [404, 404, 409, 500, 404, 500, 501]) await send(`${server.url}${status}`)
  expect(policy.state).toBe('open')
  expect(await failure(send(server.url))).toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  expect(server.requests).toHaveLength(7)
})

test.each([
  ['is longer than the bound', '60', 1],
  ['is a date beyond the bound', 'Fri, 31 Dec 2100 23:59:59 GMT', 1],
  ['is over', '0', 2],
  ['is a date that has passed', 'Wed, 21 Oct 2015 07:28:00 GMT', 2],
  ['is nonsense', 'soon', 2],
])('503 whose Retry-After %s: %s', async (_, header, times) => {
  await using server = await startUnreliable((_, response, count) => {
    response.statusCode = count === 1 ? 503 : 200
    response.setHeader('Retry-After', header)
    response.end()
  })
  const response = await resilientFetch(make())(server.url)
  expect(response.status).toBe(times === 1 ? 503 : 200)
  expect(server.requests).toHaveLength(times)
})

test('a connection that is reset is dialled again', async () => {
  await using server = await startTcp((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const policy = make()
  const error = await failure(resilientFetch(policy)(server.url))
  expect(policy.classify(error)).toMatchObject({ category: 'network', retryable: true })
  expect(server.dials).toBe(3)
})

test('a port where nobody listens is refused, with the code as the reason', async () => {
  let url: string
  {
    await using server = await startTcp(() => {})
    url = server.url
  }
  const policy = make()
  const error = await failure(resilientFetch(policy)(url))
  expect(error).toBeInstanceOf(TypeError)
  expect(policy.classify(error)).toEqual({
    category: 'refused',
    retryable: true,
    retryAfterMs: undefined,
    code: 'ECONNREFUSED',
  })
})

test('a server that accepts and never answers costs each attempt its timeout, and the call no more than its total', async () => {
  await using server = await startTcp(() => {})
  let sent = 0
  const counting: typeof fetch = (...request) => {
    sent += 1
    return fetch(...request)
  }
  const policy = make({ timeout: { total: 10_000, attempt: 50 } })
  const send = resilientFetch(policy, { fetch: counting })
  expect(await failure(send(server.url))).toMatchObject({ code: 'SEA_POLICY_ATTEMPT_TIMED_OUT' })
  expect(sent).toBe(3)
  const short = resilientFetch(make({ timeout: { total: 50, attempt: 10_000 } }), { fetch: counting })
  expect(await failure(short(server.url))).toMatchObject({ code: 'SEA_POLICY_TIMED_OUT' })
  expect(sent).toBe(4)
})

test("the caller's signal ends a request, and later the body that is being read", async () => {
  await using server = await startUnreliable((_, response) => void response.write('begin'))
  const send = resilientFetch(make())
  const controller = new AbortController()
  const reason = new Error('the client has gone')
  const response = await send(server.url, { signal: controller.signal })
  const reading = failure(response.text())
  controller.abort(reason)
  expect(await reading).toBe(reason)
  expect(await failure(send(server.url, { signal: controller.signal }))).toBe(reason)
  expect(await failure(send(new Request(server.url, { signal: controller.signal })))).toBe(reason)
  expect(server.requests).toHaveLength(1)
})

test('the header for the deadline says how many milliseconds are left for the attempt', async () => {
  await using server = await startUnreliable((_, response) => void response.end())
  const send = resilientFetch(make({ timeout: { total: '20s', attempt: '3s' } }), { deadlineHeader: 'x-left-ms' })
  await send(server.url, { headers: { 'x-tenant': 't1' } })
  const { headers } = server.requests[0] as { headers: Record<string, string> }
  expect(headers['x-tenant']).toBe('t1')
  expect(headers['x-left-ms']).toMatch(/^[12]\d{3}$|^3000$/)
})

test('1,000 callers at once of a dead server dial no more often than the budget allows', async () => {
  await using server = await startTcp((socket) => socket.resetAndDestroy())
  const retry = { idempotent: true, attempts: 10, backoff: FAST } as const
  const send = resilientFetch(make({ retry }))
  const ends = await Promise.all(Array.from({ length: 1_000 }, () => failure(send(server.url))))
  expect(ends.every((end) => end instanceof TypeError)).toBe(true)
  expect(server.dials).toBeGreaterThanOrEqual(1_000)
  expect(server.dials).toBeLessThanOrEqual(1_000 * 1.1 + 10)
}, 60_000)

test('with a breaker, 1,000 callers one after the other of a dead server dial it a handful of times', async () => {
  await using server = await startTcp((socket) => socket.resetAndDestroy())
  const send = resilientFetch(make({ breaker: { failures: 5, openFor: '10m' } }))
  for (let call = 0; call < 1_000; call++) await failure(send(server.url))
  expect(server.dials).toBe(5)
})

test.each([
  [{ retryStatuses: [200] }, 'statuses from 400 to 599'],
  [{ deadlineHeader: 'a b' }, 'the name of a header'],
  [{ unreplayableBody: 'ignore' }, 'expected one of refuse, send-once'],
  [{ statuses: [] }, 'is not an option'],
])('wrong options are refused: %j', (options, problem) => {
  expect(() => resilientFetch(make(), options as object)).toThrowError(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining(problem) }) as Error,
  )
})
