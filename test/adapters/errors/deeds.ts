import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { signalOf } from 'seaworthy'
import { HttpProblem } from 'seaworthy/problem'
import { PolicyError } from 'seaworthy/resilience'

/** What must not be in any answer. */
export const CANARY = 'postgres://app:hunter2@10.1.2.3/orders'

/** An error that holds the canary wherever one can hold something. */
export function secretError(): Error {
  const cause = Object.assign(new Error(`cause ${CANARY}`), { status: 404, statusCode: 418, detail: CANARY })
  return Object.assign(new TypeError(`can't connect to ${CANARY}`, { cause }), {
    query: CANARY,
    headers: { 'x-leak': CANARY },
  })
}

type Deed = (request: IncomingMessage, response: ServerResponse) => unknown

/** Ways in which a handler fails, by their path. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  sync() {
    throw secretError()
  },
  async async() {
    await once(new Readable({ read() {} }).resume().destroy(), 'close')
    throw secretError()
  },
  async upstream() {
    // A status of somebody else, as errors of clients of HTTP have it, is no status of ours.
    throw Object.assign(new Error(CANARY), { status: 404, statusCode: 404, response: { body: CANARY } })
  },
  async null() {
    throw null
  },
  async text() {
    throw CANARY
  },
  async object() {
    throw { message: CANARY, statusCode: 400 }
  },
  async exposed() {
    throw Object.assign(new Error('no such order'), {
      status: 404,
      statusCode: 404,
      expose: true,
      headers: { 'x-kind': 'known' },
    })
  },
  async problem() {
    throw new HttpProblem(422, 'the amount is 0', {
      type: 'https://shop.example/problems/amount',
      extensions: { errors: [{ pointer: '#/amount', detail: 'is 0' }], status: 200, traceId: 'forged' },
      cause: secretError(),
    })
  },
  async policy() {
    throw new PolicyError('SEA_POLICY_CIRCUIT_OPEN', CANARY, {
      statusCode: 503,
      retryAfterMs: 1500,
      cause: secretError(),
    })
  },
  async prepared(_request, response) {
    // An answer was being prepared, with headers that would be wrong for another.
    response.setHeader('content-type', 'text/html')
    response.setHeader('content-length', '5000')
    response.setHeader('content-encoding', 'gzip')
    response.setHeader('set-cookie', 'session=1')
    response.setHeader('access-control-allow-origin', 'https://shop.example')
    throw secretError()
  },
  async headers(_request, response) {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.flushHeaders()
    throw secretError()
  },
  async length(_request, response) {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '20' })
    response.write('the first ')
    throw secretError()
  },
  async chunk(_request, response) {
    response.write('the first ')
    throw secretError()
  },
  async pipeline(_request, response) {
    await pipeline(failingSource(), response)
  },
  async hang(request) {
    const signal = signalOf(request)
    await once(signal, 'abort')
    throw signal.reason
  },
  async upload(request) {
    for await (const _bytes of request);
    throw new Error('the upload was whole')
  },
}

async function* failingSource(): AsyncGenerator<string> {
  yield 'the first '
  throw secretError()
}
