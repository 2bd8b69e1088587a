import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { once } from 'node:events'
import { systemClock } from '../../../src/core/clock.ts'
import { RawConnection } from '../../../src/load/raw-client.ts'
import { openGrpc } from './grpc-client.ts'
import type { Wire } from './server-kind.ts'
import { openTcp } from './tcp-client.ts'

export interface Ask {
  readonly path: string
  readonly method?: string
  readonly body?: string
}

export interface Reply {
  /** `answered`, or what became of the request instead. */
  readonly outcome: string
  readonly status?: number
  readonly body: string
  /** The server asked to use another connection: `Connection: close`, or GOAWAY by the end of the answer. */
  readonly saidClose: boolean
}

/** One connection, whatever the protocol: never retries, and says what became of each request. */
export interface Connection {
  readonly isUsable: boolean
  ask(request: Ask): Promise<Reply>
  /** Sends a POST whose second half comes when `rest` is called. */
  askInHalves(
    path: string,
    halves: readonly [string, string],
  ): { readonly reply: Promise<Reply>; readonly rest: () => void }
  close(): void
}

export interface Where {
  readonly wire: Wire
  readonly port: number
  /** @default 127.0.0.1 */
  readonly host?: string
}

export async function openConnection(where: Where): Promise<Connection> {
  if (where.wire === 'grpc') return openGrpc(where)
  if (where.wire === 'tcp') return openTcp(where)
  return where.wire === 'h2c' || where.wire === 'h2' ? openHttp2(where) : openHttp1(where)
}

async function openHttp1({ wire, port, host = '127.0.0.1' }: Where): Promise<Connection> {
  const raw = new RawConnection({
    clock: systemClock,
    host,
    port,
    ...(wire === 'https' ? { tls: { rejectUnauthorized: false } } : {}),
  })
  await raw.connect()
  const toReply = async (result: ReturnType<RawConnection['request']>): Promise<Reply> => {
    const { outcome, status, body, saidClose } = await result
    return { outcome, body: body?.toString() ?? '', saidClose, ...(status === undefined ? {} : { status }) }
  }
  return {
    get isUsable() {
      return raw.isUsable
    },
    ask: (request) => toReply(raw.request({ ...request, headers: { 'Content-Type': 'text/plain' } })),
    askInHalves(path, [first, second]) {
      const reply = toReply(raw.expect({ method: 'POST' }))
      const length = first.length + second.length
      const type = 'Content-Type: text/plain'
      raw.send(`POST ${path} HTTP/1.1\r\nHost: test\r\n${type}\r\nContent-Length: ${length}\r\n\r\n${first}`)
      return { reply, rest: () => raw.send(second) }
    },
    close: () => raw.close(),
  }
}

async function openHttp2({ wire, port, host = '127.0.0.1' }: Where): Promise<Connection> {
  const scheme = wire === 'h2' ? 'https' : 'http'
  const session = connectHttp2(`${scheme}://${host}:${port}`, { rejectUnauthorized: false })
  session.on('error', () => {})
  let hasGoaway = false
  session.on('goaway', () => (hasGoaway = true))
  await once(session, 'connect')
  return {
    get isUsable() {
      return !session.closed && !session.destroyed && !hasGoaway
    },
    async ask({ path, method = 'GET', body }) {
      const exchange = exchangeOn(session, path, method)
      exchange.stream.end(body)
      return exchange.reply(() => hasGoaway)
    },
    askInHalves(path, [first, second]) {
      const exchange = exchangeOn(session, path, 'POST')
      exchange.stream.write(first)
      return { reply: exchange.reply(() => hasGoaway), rest: () => void exchange.stream.end(second) }
    },
    close: () => session.destroy(),
  }
}

function exchangeOn(session: ClientHttp2Session, path: string, method: string) {
  const stream = session.request({
    ':path': path,
    ':method': method,
    ...(method === 'POST' ? { 'content-type': 'text/plain' } : {}),
  })
  let status: number | undefined
  let body = ''
  let hasEnded = false
  let errorCode: string | undefined
  stream.setEncoding('utf8')
  stream.on('response', (headers) => (status = headers[':status']))
  stream.on('data', (chunk: string) => (body += chunk))
  stream.on('end', () => (hasEnded = true))
  stream.on('error', (error: NodeJS.ErrnoException) => (errorCode = error.code ?? error.message))
  const closed = new Promise<void>((resolve) => stream.on('close', () => resolve()))
  return {
    stream,
    async reply(hasGoaway: () => boolean): Promise<Reply> {
      await closed
      const isAnswered = hasEnded && status !== undefined && errorCode === undefined && stream.rstCode === 0
      return {
        outcome: isAnswered ? 'answered' : (errorCode ?? `rst ${stream.rstCode}`),
        body,
        saidClose: hasGoaway(),
        ...(status === undefined ? {} : { status }),
      }
    },
  }
}
