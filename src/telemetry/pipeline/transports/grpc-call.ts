import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2'
import { MAX_ANSWER_BYTES } from './answer-body.ts'
import type { GrpcAnswer } from './grpc-answer.ts'

/** What came of a call. */
export type GrpcResult =
  | { readonly kind: 'answered'; readonly answer: GrpcAnswer }
  /** The stream or its connection ended without an answer. */
  | { readonly kind: 'broken'; readonly error: Error | undefined; readonly resetCode: number }

/** Reads the answer to a call, and calls `done` once. A stream that isn't over then is cancelled. */
export function receiveGrpcAnswer(stream: ClientHttp2Stream, done: (result: GrpcResult) => void): void {
  const pieces: Buffer[] = []
  let byteLength = 0
  let headers: IncomingHttpHeaders | undefined
  let trailers: IncomingHttpHeaders | undefined
  let error: Error | undefined
  let isDone = false
  const finish = (result: GrpcResult): void => {
    if (isDone) return
    isDone = true
    done(result)
  }
  const finishAnswered = (): void => {
    const httpStatus = Number(headers?.[':status'] ?? 0)
    const answer = { httpStatus, headers: headers ?? {}, trailers: trailers ?? {}, body: Buffer.concat(pieces) }
    finish({ kind: 'answered', answer })
    // A server may say no before it has read the request, and never read the rest.
    if (!stream.closed && !stream.writableFinished) stream.close(constants.NGHTTP2_CANCEL)
  }
  stream.on('response', (received) => {
    headers = received
    if (received['grpc-status'] !== undefined) trailers = received
    // Whatever is no gRPC says no more that matters; what is read on is thrown away.
    if (trailers !== undefined || received[':status'] !== 200) finishAnswered()
  })
  stream.on('data', (piece: Buffer) => {
    byteLength += piece.byteLength
    if (byteLength <= MAX_ANSWER_BYTES) return void (isDone || pieces.push(piece))
    pieces.length = 0
    stream.close(constants.NGHTTP2_CANCEL)
  })
  stream.on('trailers', (received) => {
    trailers = received
    finishAnswered()
  })
  stream.on('error', (cause: Error) => (error = cause))
  stream.on('close', () => {
    const resetCode = stream.rstCode ?? 0
    if (headers !== undefined && error === undefined && resetCode === constants.NGHTTP2_NO_ERROR) finishAnswered()
    else finish({ kind: 'broken', error, resetCode })
  })
}
