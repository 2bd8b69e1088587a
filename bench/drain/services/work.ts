import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocketServer } from 'ws'

/** Where the service under trial listens. */
export const PORT = Number(process.env['PORT'])
export const HOST = '127.0.0.1'
/** How long peers that can wait before they stop do so, in milliseconds: as long as our drain delay. */
export const DELAY_MS = Number(process.env['BENCH_DRAIN_DELAY_MS'])

/** Says in every answer whose service it is: another trial may have taken the port in between. */
const TOKEN = process.env['BENCH_TOKEN'] ?? ''

const EVENT_EVERY_MS = 50

/** What every service here answers to `GET /wait/:ms`: after so many milliseconds of waiting. */
export async function work(ms: string | number | undefined): Promise<{ readonly worked: number; readonly by: string }> {
  const worked = Number(ms)
  await wait(worked)
  return { worked, by: TOKEN }
}

/** What those that can stream answer to `GET /events`: server-sent events, until the client or the service ends them. */
export function events(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  let id = 0
  const timer = setInterval(() => response.write(`id: ${++id}\ndata: tick\n\n`), EVENT_EVERY_MS)
  response.once('close', () => clearInterval(timer))
}

/** Adds an echo over WebSockets to a server, as the package ws documents it. */
export function withWebSockets<S extends Server>(server: S): S {
  echo(new WebSocketServer({ server, path: '/ws' }))
  return server
}

export function echo(sockets: WebSocketServer): void {
  sockets.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
}

/** Both as a request handler of Node. */
export function handler(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/events') {
    events(response)
    return
  }
  const ms = /^\/wait\/(\d+)$/.exec(request.url ?? '')?.[1]
  if (ms === undefined) {
    response.writeHead(404).end()
    return
  }
  void work(ms).then((answer) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(answer))
  })
}
