import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import type { Log } from '../../../src/core/log.ts'
import { answerProblem } from '../../../src/server/problem/answer-problem.ts'
import { HttpProblem } from '../../../src/server/problem/http-problem.ts'
import { setBoundaryHost } from '../../../src/server/boundary-host.ts'
import { answerErrors } from '../../../src/server/request-boundary.ts'
import { startServer, until } from '../start-server.ts'

type Line = Readonly<Record<string, unknown>>

const asCode = (code: string): Error => Object.assign(new Error('of somebody'), { code })

/** A server whose handlers fail, and what is told of it. */
async function failing(handler: (request: IncomingMessage, response: ServerResponse) => unknown, log?: Log) {
  const lines: Line[] = []
  const { server, port } = await startServer(answerErrors(handler))
  const write =
    (level: string) =>
    (fields: object): void =>
      void lines.push({ level, ...fields })
  const host: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  setBoundaryHost(server, { name: 'web', log: log ?? host, routeOf: () => '/orders/:id' })
  return { lines, port, url: `http://127.0.0.1:${port}/orders/7?token=secret` }
}

/** Asks, and goes away when the handler says so. */
function leave(port: number): () => void {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  return () => socket.resetAndDestroy()
}

test('a connection of somebody else that is reset is an error as long as the client is there', async () => {
  const { lines, url } = await failing(async () => {
    throw asCode('ECONNRESET')
  })
  expect((await fetch(url)).status).toBe(500)
  expect(lines).toEqual([
    {
      level: 'error',
      event: 'request.failed',
      outcome: 'answered',
      status: 500,
      request: 'GET /orders/:id',
      err: expect.objectContaining({ code: 'ECONNRESET' }),
    },
  ])
})

test('the same after the answer is complete is an error, too', async () => {
  const { lines, url } = await failing(async (_request, response) => {
    response.end('whole')
    await once(response, 'close')
    throw asCode('ECONNRESET')
  })
  expect(await (await fetch(url)).text()).toBe('whole')
  await until(() => lines.length > 0)
  expect(lines).toMatchObject([{ event: 'request.failed', outcome: 'unanswered' }])
})

test('a bug that shows after the client has gone is an error, what its leaving causes is none', async () => {
  const errors = [
    new TypeError('a bug'),
    new Error('wrapped', { cause: asCode('EPIPE') }),
    asCode('ERR_STREAM_PREMATURE_CLOSE'),
  ]
  const gone: (() => void)[] = []
  const { lines, port } = await failing(async (_request, response) => {
    const error = errors.shift()
    gone.shift()?.()
    await once(response, 'close')
    throw error
  })
  for (const count of [1, 2, 3]) {
    gone.push(leave(port))
    await until(() => lines.length === count)
  }
  expect(lines.map(({ event, level }) => [event, level])).toEqual([
    ['request.failed', 'error'],
    ['request.client_gone', 'debug'],
    ['request.client_gone', 'debug'],
  ])
})

test('a pipeline whose source is reset in the middle cuts the answer: the client was there', async () => {
  const { lines, url } = await failing(async (_request, response) => {
    await pipeline(Readable.from(reset()), response)
  })
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow()
  await until(() => lines.length > 0)
  expect(lines).toMatchObject([{ event: 'request.failed', level: 'error', outcome: 'cut' }])
})

async function* reset(): AsyncGenerator<string> {
  yield 'the first'
  throw asCode('ECONNRESET')
}

test('an error that comes by two ways is told of once, another one besides', async () => {
  const first = new Error('first')
  const { lines, url } = await failing((request, response) => {
    answerProblem(first, request, response)
    answerProblem(first, request, response)
    answerProblem(new Error('second'), request, response)
  })
  expect((await fetch(url)).status).toBe(500)
  expect(lines.map(({ err }) => (err as Error).message)).toEqual(['first', 'second'])
})

test('an answer that was cut says so where it is asked', async () => {
  let errored: unknown
  const { url } = await failing(async (_request, response) => {
    response.once('close', () => (errored = response.errored))
    response.write('the first')
    throw new Error('secret')
  })
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow()
  await until(() => errored !== undefined)
  expect(errored).toMatchObject({ code: 'SEA_REQUEST_CUT', cause: { message: 'secret' } })
})

test('a log that throws costs nothing but its line', async () => {
  const broken = (): never => {
    throw new Error('no log')
  }
  const { url } = await failing(
    () => {
      throw new Error('secret')
    },
    { debug: broken, info: broken, warn: broken, error: broken },
  )
  expect((await fetch(url)).status).toBe(500)
})

test('members that are no JSON and headers that are none are left out', async () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const { url } = await failing(() => {
    throw new HttpProblem(409, 'taken', {
      extensions: { circle },
      headers: {
        'X-Bad': 'a\r\nx-injected: 1',
        'Retry-After': '3',
        'Content-Length': '1',
        'transfer-encoding': 'gzip',
      },
    })
  })
  const answer = await fetch(url)
  expect(answer.status).toBe(409)
  expect(answer.headers.get('retry-after')).toBe('3')
  expect(answer.headers.has('x-bad')).toBe(false)
  expect(answer.headers.has('x-injected')).toBe(false)
  expect(await answer.json()).toEqual({ type: 'about:blank', title: 'Conflict', status: 409, detail: 'taken' })
})

test.each([
  ['5f0c3a4e-6a5e-4c0e-9a3e-0e8a0b8a4a11', 'urn:uuid:5f0c3a4e-6a5e-4c0e-9a3e-0e8a0b8a4a11'],
  ['req/7', 'req%2F7'],
  ['a "quoted" one', undefined],
  ['x'.repeat(129), undefined],
])('the id of the request %s is its instance %s', async (id, instance) => {
  const { url } = await failing(() => {
    throw new Error('secret')
  })
  const answer = await fetch(url, { headers: { 'x-request-id': id } })
  expect(((await answer.json()) as { instance?: string }).instance).toBe(instance)
})

test('what refuses to be asked what it is, is answered and told of as any other', async () => {
  const { proxy, revoke } = Proxy.revocable(new Error('secret'), {})
  revoke()
  const { lines, url } = await failing(() => {
    throw proxy
  })
  const answer = await fetch(url)
  expect(answer.status).toBe(500)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(lines).toMatchObject([
    { event: 'request.failed', err: { message: 'Something was thrown that can not be read' } },
  ])
})

test('a pipeline whose source fails at once has destroyed the answer: that is a cut, and no answer', async () => {
  const { lines, url } = await failing(async (_request, response) => {
    const source = new Readable({ read: () => source.destroy(asCode('ECONNRESET')) })
    await pipeline(source, response)
  })
  await expect(fetch(url)).rejects.toThrow()
  await until(() => lines.length > 0)
  expect(lines).toMatchObject([{ event: 'request.failed', level: 'error', outcome: 'cut' }])
})
