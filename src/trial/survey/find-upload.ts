import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import { encodeRequest } from '../../load/raw-request.ts'
import type { Route } from '../facts.ts'
import type { Door } from './ask.ts'
import { connect } from 'node:net'
import { authorityOf } from '../../load/authority-of.ts'

const BODY = '{"seaworthy":"trial"}'
/** A service that has not answered by then waits for the rest of the body. */
const PATIENCE_MS = 150
const ANSWER_MS = 2000

/**
 * A route that takes a body, and answers only when all of it is there: an upload to it can be dripped across a signal. The
 * first half of the body is sent, then nothing for a while.
 */
export async function findUpload(clock: Clock, door: Door, routes: readonly Route[]): Promise<Route | undefined> {
  if (door.speech !== 'http/1.1') return undefined
  const paths = [...new Set([...routes.map(({ path }) => path), '/', '/upload', '/echo'])]
  const headers = { 'Content-Type': 'application/json', ...routes[0]?.headers }
  for (const path of paths) {
    const route: Route = { method: 'POST', path, headers, body: BODY }
    if (await waitsForBody(clock, door, route)) return route
  }
  return undefined
}

async function waitsForBody(clock: Clock, { host, port }: Door, route: Route): Promise<boolean> {
  const socket = connect({ host, port })
  let text = ''
  let isOver = false
  socket.on('error', () => (isOver = true))
  socket.on('close', () => (isOver = true))
  socket.on('data', (bytes) => (text += bytes.toString('latin1')))
  try {
    const bytes = encodeRequest(
      { ...route, headers: { ...route.headers, Connection: 'close' } },
      authorityOf(host, port),
    )
    socket.write(bytes.subarray(0, bytes.length - 4))
    await sleep(clock, PATIENCE_MS)
    if (isOver || text !== '') return false
    socket.write(bytes.subarray(bytes.length - 4))
    const until = clock.now() + ANSWER_MS
    while (!isOver && clock.now() < until && !text.includes('\r\n')) await sleep(clock, 10)
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
    return status >= 200 && status < 400
  } finally {
    socket.destroy()
  }
}
