import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

/** Where the service under trial listens. */
export const PORT = Number(process.env['PORT'])
export const HOST = '127.0.0.1'
/** How long peers that can wait before they stop do so, in milliseconds: as long as our drain delay. */
export const DELAY_MS = Number(process.env['BENCH_DRAIN_DELAY_MS'])

/** What every service here answers to `GET /work/:ms`: after so many milliseconds of waiting. */
export async function work(ms: string | number | undefined): Promise<{ readonly worked: number; readonly ok: true }> {
  const worked = Number(ms)
  await wait(worked)
  return { worked, ok: true }
}

/** The same as a request handler of Node. */
export function handler(request: IncomingMessage, response: ServerResponse): void {
  const ms = /^\/work\/(\d+)$/.exec(request.url ?? '')?.[1]
  if (ms === undefined) {
    response.writeHead(404).end()
    return
  }
  void work(ms).then((answer) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(answer))
  })
}
