import { once } from 'node:events'
import { connect as connectHttp2, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2'
import type { Connection, Reply, Where } from './client.ts'

const PREFIX_BYTES = 5

/** `/slow/400` is the method `slow` with the message `400`; a body is the message as it is. */
export function toCall(path: string, body?: string): { readonly path: string; readonly message: string } {
  const [, name = '', argument = ''] = path.split(/[/?]/)
  return { path: `/contract.Deeds/${name}`, message: body ?? argument }
}

/** One connection that makes calls of gRPC; a status of 0 is told as 200, any other as 500. */
export async function openGrpc({ port, host = '127.0.0.1' }: Where): Promise<Connection> {
  const session = connectHttp2(`http://${host}:${port}`)
  session.on('error', () => {})
  let hasGoaway = false
  session.on('goaway', () => (hasGoaway = true))
  await once(session, 'connect')
  const call = (path: string): ClientHttp2Stream =>
    session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' })
  return {
    get isUsable() {
      return !session.closed && !session.destroyed && !hasGoaway
    },
    ask(request) {
      const { path, message } = toCall(request.path, request.body)
      const stream = call(path)
      stream.end(frame(message))
      return replyOf(stream, () => hasGoaway)
    },
    askInHalves(path, [first, second]) {
      const stream = call(toCall(path).path)
      const whole = frame(first + second)
      stream.write(whole.subarray(0, PREFIX_BYTES + first.length))
      const rest = (): void => void stream.end(whole.subarray(PREFIX_BYTES + first.length))
      return { reply: replyOf(stream, () => hasGoaway), rest }
    },
    close: () => session.destroy(),
  }
}

async function replyOf(stream: ClientHttp2Stream, hasGoaway: () => boolean): Promise<Reply> {
  const chunks: Buffer[] = []
  let status: string | undefined
  let errorCode: string | undefined
  const look = (headers: IncomingHttpHeaders): void => {
    const said = headers['grpc-status']
    if (typeof said === 'string') status = said
  }
  stream.on('response', look).on('trailers', look)
  stream.on('data', (bytes: Buffer) => chunks.push(bytes))
  stream.on('error', (error: NodeJS.ErrnoException) => (errorCode = error.code ?? error.message))
  await new Promise((resolve) => stream.on('close', resolve))
  const isAnswered = status !== undefined && errorCode === undefined
  return {
    outcome: isAnswered ? 'answered' : (errorCode ?? `rst ${stream.rstCode}`),
    body: messages(Buffer.concat(chunks)).join(''),
    saidClose: hasGoaway(),
    ...(status === undefined ? {} : { status: status === '0' ? 200 : 500 }),
  }
}

/** One message, not compressed, behind its length. */
function frame(message: string): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(Buffer.byteLength(message), 1)
  return Buffer.concat([prefix, Buffer.from(message)])
}

function messages(bytes: Buffer): readonly string[] {
  const texts: string[] = []
  for (let at = 0; at + PREFIX_BYTES <= bytes.length;) {
    const end = at + PREFIX_BYTES + bytes.readUInt32BE(at + 1)
    texts.push(bytes.toString('utf8', at + PREFIX_BYTES, end))
    at = end
  }
  return texts
}
