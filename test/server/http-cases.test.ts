import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { startDrainedServer, until } from './start-server.ts'

const handler: RequestListener = (request, response) => {
  const path = request.url ?? ''
  if (path === '/not-modified') response.writeHead(304, { etag: '"1"' }).end()
  else if (path === '/empty') response.writeHead(204).end()
  else if (path === '/upload') {
    let bytes = 0
    request.on('data', (chunk: Buffer) => (bytes += chunk.length))
    request.on('end', () => response.end(`${bytes} ${request.trailers['x-sum'] ?? '-'}`))
  } else if (path === '/hints') {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.end('hinted')
  } else if (path === '/streamed') {
    response.setHeader('Trailer', 'X-Sum')
    response.addTrailers({ 'X-Sum': '42' })
    void pipeline(Readable.from(['one ', 'two ', 'three'], { objectMode: false }), response)
  } else response.setHeader('Content-Length', 5).end('plain')
}

const CHUNKED = 'POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n'

interface Case {
  readonly name: string
  /** What goes over the wire, piece by piece, each a turn later. */
  readonly sends: readonly string[]
  /** What must be in what comes back. */
  readonly gets: readonly (string | RegExp)[]
  /** HTTP/1.0 without keep-alive says `close` at any time. */
  readonly alwaysCloses?: boolean
}

const cases: readonly Case[] = [
  { name: 'HEAD', sends: ['HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'], gets: [/^HTTP\/1\.1 200 OK/, /\r\n\r\n$/] },
  {
    name: '304',
    sends: ['GET /not-modified HTTP/1.1\r\nHost: a\r\nIf-None-Match: "1"\r\n\r\n'],
    gets: [/^HTTP\/1\.1 304 /, /\r\n\r\n$/],
  },
  { name: '204', sends: ['DELETE /empty HTTP/1.1\r\nHost: a\r\n\r\n'], gets: [/^HTTP\/1\.1 204 /, /\r\n\r\n$/] },
  { name: 'HTTP/1.0', sends: ['GET / HTTP/1.0\r\n\r\n'], gets: ['200 OK', /plain$/], alwaysCloses: true },
  {
    name: 'HTTP/1.0 that asks for keep-alive',
    sends: ['GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'],
    gets: ['200 OK', /plain$/],
  },
  {
    name: 'a body in chunks, with a trailer',
    sends: [`${CHUNKED}Trailer: X-Sum\r\n\r\n`, '4\r\nabcd\r\n', '0\r\n', 'X-Sum: 7\r\n\r\n'],
    gets: ['200 OK', /4 7$/],
  },
  {
    name: 'a body of a stated length, byte by byte',
    sends: ['POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n', 'a', 'b', 'c'],
    gets: ['200 OK', /3 -$/],
  },
  {
    name: '100-continue',
    sends: ['POST /upload HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n', 'ab'],
    gets: [/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/, /2 -$/],
  },
  {
    name: 'early hints',
    sends: ['GET /hints HTTP/1.1\r\nHost: a\r\n\r\n'],
    gets: [/^HTTP\/1\.1 103 Early Hints\r\n(?!.*close.*\r\n\r\nHTTP)/is, 'HTTP/1.1 200 OK', /hinted$/],
  },
  {
    name: 'an answer that streams, with a trailer',
    sends: ['GET /streamed HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n'],
    gets: ['one', 'three', /0\r\nX-Sum: 42\r\n\r\n$/],
  },
]

/** Says what it has to say, and gives back all that came when everything expected has come, or the connection ended. */
async function talk(port: number, { sends, gets }: Case): Promise<{ text: string; hasEnded: boolean }> {
  const socket = connect({ port, host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  const heard = { text: '', hasEnded: false }
  socket.on('data', (bytes: Buffer) => (heard.text += bytes.toString('latin1')))
  socket.on('end', () => (heard.hasEnded = true)).on('error', () => {})
  for (const piece of sends) {
    socket.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const isThere = (each: string | RegExp): boolean =>
    typeof each === 'string' ? heard.text.includes(each) : each.test(heard.text)
  await until(() => heard.hasEnded || gets.every(isThere))
  for (const each of gets) expect(heard.text).toMatch(each)
  return heard
}

test.each(cases)('$name: counted once and answered', async (each) => {
  const { drain, port } = await startDrainedServer(handler)
  const { text } = await talk(port, each)
  await until(() => drain.inFlight === 0)
  expect(drain.totals).toEqual({ requests: 1, answered: 1, clientGone: 0, cut: 0, upgraded: 0 })
  expect(/connection: close/i.test(text)).toBe(each.alwaysCloses ?? false)
})

test.each(cases)('$name: while it drains, the answer says close and the connection ends behind it', async (each) => {
  const { drain, port } = await startDrainedServer(handler)
  drain.startDraining()
  const heard = await talk(port, each)
  expect(heard.text.match(/connection: close/gi)).toHaveLength(1)
  expect(heard.text).not.toMatch(/keep-alive/i)
  await until(() => heard.hasEnded)
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, figures: { clientGone: 0, cut: 0 } })
})

test('what Node answers by itself is no request of the service, and its connection is used once more or closed in order', async () => {
  const { drain, port } = await startDrainedServer(handler)
  drain.startDraining()
  const magic = 'POST /upload HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 0\r\n\r\n'
  await talk(port, { name: '417', sends: [magic], gets: [/^HTTP\/1\.1 417 /] })
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({
    clean: true,
    figures: { requests: 0, idleClosed: 1, stalled: 0 },
  })
})
