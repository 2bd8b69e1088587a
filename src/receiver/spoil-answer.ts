import { STATUS_CODES } from 'node:http'
import type { Clock } from '../core/clock.ts'
import { sleep } from '../core/wait.ts'
import { type Exchange, isHttp2 } from './exchange.ts'
import { type Failure, isFailure } from './failure.ts'
import { GRPC_HEADERS, grpcFrame, isGrpc, sendGrpcFailure, sendGrpcMessage } from './grpc-answer.ts'
import { type HttpAnswer, sendHttp } from './send-http.ts'

/** An answer as it would be sent: of OTLP over HTTP, or of a gRPC call. */
export type WholeAnswer = HttpAnswer | Uint8Array | Failure

/** The beginning of a number that never ends: no protobuf, no JSON, no frame of HTTP/2, no head of HTTP/1.1. */
const GARBAGE = Buffer.alloc(64, 0xff)
/** What a frame says that it holds. */
const SAID_BYTES = 1_000_000

/** Sends success that is none. */
export async function sendGarbage(
  exchange: Exchange,
  answer: WholeAnswer,
  at: 'message' | 'frame' | 'protocol',
  clock: Clock,
): Promise<void> {
  const { socket } = exchange
  if (at === 'protocol') {
    socket.write(GARBAGE, () => socket.destroy())
  } else if (isGrpc(exchange)) {
    if (at === 'message') return sendGrpcMessage(exchange, GARBAGE)
    exchange.response.writeHead(200, GRPC_HEADERS)
    exchange.response.addTrailers({ 'grpc-status': '0' })
    exchange.response.end(grpcFrame(GARBAGE, SAID_BYTES))
  } else {
    const headers = 'headers' in answer ? answer.headers : {}
    const garbage: HttpAnswer = { status: 200, headers: { ...headers }, body: GARBAGE }
    if (at === 'message') return sendHttp(exchange, garbage, clock)
    if (isHttp2(exchange)) {
      exchange.response.writeHead(200, { ...headers, 'content-length': String(SAID_BYTES) })
      exchange.response.end(GARBAGE)
    } else {
      // What is written past Node ends the connection.
      socket.end(rawHttp1(garbage, SAID_BYTES))
    }
  }
}

/** Sends the first half of an answer. Resolves when it has been handed to the system. */
export async function sendHalf(exchange: Exchange, answer: WholeAnswer): Promise<void> {
  const { socket } = exchange
  if (!isHttp2(exchange)) {
    const whole = rawHttp1(answer as HttpAnswer)
    await new Promise<void>((resolve) => {
      socket.write(whole.subarray(0, whole.byteLength / 2), () => resolve())
    })
    return
  }
  const body = startHttp2(exchange, answer)
  if (body === undefined) return
  await new Promise<void>((resolve) => {
    exchange.response.write(body.subarray(0, body.byteLength / 2), () => resolve())
  })
  // The frames are written by then, or at the end of this turn.
  await new Promise((resolve) => setImmediate(resolve))
}

/** Sends an answer byte by byte, until it is complete or nobody is left. */
export async function sendSlowly(
  exchange: Exchange,
  answer: WholeAnswer,
  { everyMs, clock, gone }: { readonly everyMs: number; readonly clock: Clock; readonly gone: AbortSignal },
): Promise<void> {
  const { response, socket } = exchange
  const isHttp1 = !isHttp2(exchange)
  const bytes = isHttp1 ? rawHttp1(answer as HttpAnswer) : startHttp2(exchange, answer)
  if (bytes === undefined) return
  const target = isHttp1 ? socket : response
  // An empty body takes as long as one byte.
  for (let at = 0; at === 0 || at < bytes.byteLength; at++) {
    await sleep(clock, everyMs, { signal: gone })
    if (gone.aborted) return
    target.write(bytes.subarray(at, at + 1))
  }
  response.end()
  if (isHttp1) socket.end()
}

/** Sends the headers of an answer over HTTP/2; returns its body. A failed call of gRPC has none, and is sent wholly. */
function startHttp2(exchange: Exchange, answer: WholeAnswer): Uint8Array | undefined {
  const { response } = exchange
  if (isGrpc(exchange)) {
    if ('status' in answer) return undefined
    if (isFailure(answer)) {
      sendGrpcFailure(exchange, answer)
      return undefined
    }
    exchange.response.writeHead(200, GRPC_HEADERS)
    exchange.response.addTrailers({ 'grpc-status': '0' })
    return grpcFrame(answer)
  }
  const { status, headers, body } = answer as HttpAnswer
  ;(response as { writeHead(status: number, headers: object): unknown }).writeHead(status, headers)
  return body
}

/** The bytes of an answer over HTTP/1.1, the last one on its connection. */
function rawHttp1({ status, headers, body }: HttpAnswer, saidBytes = body.byteLength): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': String(saidBytes), connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n`, 'latin1'), body])
}
