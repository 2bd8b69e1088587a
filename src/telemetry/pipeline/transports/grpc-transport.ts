import { constants, type OutgoingHttpHeaders } from 'node:http2'
import type { Clock } from '../../../core/clock.ts'
import type { Signal } from '../../../otlp/model.ts'
import type { OtlpSettings } from '../../env/otlp-env.ts'
import type { ExportOutcome } from '../export-outcome.ts'
import type { SendOptions, Transport } from '../transport.ts'
import type { Attempt } from './attempt.ts'
import { Attempts } from './attempts.ts'
import { gzipPayload, type Payload, plainPayload } from './compress.ts'
import { connectionTrouble } from './connection-trouble.ts'
import type { RunDetached } from './detached.ts'
import { basicAuthorization, endpointOf } from './endpoint.ts'
import { grpcOutcome } from './grpc-answer.ts'
import { type GrpcResult, receiveGrpcAnswer } from './grpc-call.ts'
import type { GrpcConnection } from './grpc-connection.ts'
import type { GrpcSession } from './grpc-session.ts'
import { closedEarly } from './opened.ts'
import { writePieces } from './write-pieces.ts'

const PATHS: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
}

export interface GrpcTransportOptions {
  readonly signal: Signal
  readonly settings: OtlpSettings
  readonly clock: Clock
  readonly connection: GrpcConnection
  readonly userAgent: string
  readonly detached: RunDetached
  /** Called once, when the transport is closed. */
  readonly onClose: () => void
}

/**
 * OTLP over gRPC: unary calls on HTTP/2, without a library of gRPC.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export class GrpcTransport implements Transport {
  readonly #signal: Signal
  readonly #connection: GrpcConnection
  readonly #isCompressing: boolean
  readonly #authority: string
  readonly #headers: OutgoingHttpHeaders
  readonly #attempts: Attempts

  constructor({ signal, settings, clock, connection, userAgent, detached, onClose }: GrpcTransportOptions) {
    const url = new URL(settings.url)
    const { host, ...headers } = settings.headers
    const authorization = basicAuthorization(url)
    this.#signal = signal
    this.#connection = connection
    this.#attempts = new Attempts({ clock, detached, onClose })
    this.#isCompressing = settings.compression === 'gzip'
    this.#authority = endpointOf(url).authority
    this.#headers = {
      ':method': 'POST',
      ':scheme': url.protocol.slice(0, -1),
      ':authority': host ?? url.host,
      ':path': PATHS[signal],
      te: 'trailers',
      'user-agent': userAgent,
      ...(authorization === undefined ? {} : { authorization }),
      ...headers,
      'content-type': 'application/grpc',
      // An answer has some bytes.
      'grpc-accept-encoding': 'identity',
    }
  }

  send(body: readonly Uint8Array[], options: SendOptions): Promise<ExportOutcome> {
    return this.#attempts.begin(options, (attempt) => void this.#run(attempt, body))
  }

  close(): void {
    this.#attempts.close()
  }

  async #run(attempt: Attempt, body: readonly Uint8Array[]): Promise<void> {
    try {
      const payload = this.#isCompressing ? await gzipPayload(body) : plainPayload(body)
      await this.#call(attempt, payload, false)
    } catch (error) {
      this.#fail(attempt, error)
    }
  }

  async #call(attempt: Attempt, payload: Payload, isRepeated: boolean): Promise<void> {
    if (attempt.isOver) return
    const session = await this.#connection.acquire(attempt)
    if (attempt.isOver) return
    const headers: OutgoingHttpHeaders = { ...this.#headers, 'grpc-timeout': `${attempt.leftMs}m` }
    if (payload.isCompressed) headers['grpc-encoding'] = 'gzip'
    const wasReused = session.isReused
    const stream = session.open(headers)
    const release = attempt.onEnd(() => stream.close(constants.NGHTTP2_CANCEL))
    session.watch(attempt)
    attempt.stage = `sending to ${this.#authority}`
    stream.on('finish', () => (attempt.stage = `waiting for the answer of ${this.#authority}`))
    receiveGrpcAnswer(stream, (result) => {
      release()
      if (attempt.isOver) return
      // A server that goes refuses calls before its GOAWAY is here.
      const isRefused = result.kind === 'broken' && result.resetCode === constants.NGHTTP2_REFUSED_STREAM
      if (isRefused) session.retire()
      const canRepeat =
        result.kind === 'broken' &&
        !isRepeated &&
        (isRefused || session.hasPassedOver(stream) || (wasReused && !session.isUsable && isStale(session.error)))
      if (canRepeat) void this.#call(attempt, payload, true).catch((error) => this.#fail(attempt, error))
      else attempt.settle(this.#outcomeOf(result, session))
    })
    stream.write(framePrefix(payload))
    writePieces(stream, payload.pieces)
  }

  #outcomeOf(result: GrpcResult, session: GrpcSession): ExportOutcome {
    if (result.kind === 'answered') return grpcOutcome(result.answer, this.#signal, this.#authority)
    const error = session.error ?? result.error ?? (session.isOver ? closedEarly() : undefined)
    if (error !== undefined) return connectionTrouble(error, this.#authority)
    return { kind: 'retry', reason: `${this.#authority} broke off the call (HTTP/2 code ${result.resetCode})` }
  }

  #fail(attempt: Attempt, error: unknown): void {
    attempt.settle(connectionTrouble(error, this.#authority))
  }
}

/** Of the one message of a call: whether it is compressed, and its length. */
function framePrefix({ isCompressed, byteLength }: Payload): Buffer {
  const prefix = Buffer.alloc(5)
  prefix[0] = isCompressed ? 1 : 0
  prefix.writeUInt32BE(byteLength, 1)
  return prefix
}

/** The server closed the connection while nothing happened on it, and we learn it by using it. */
function isStale(error: Error | undefined): boolean {
  const code = error === undefined || !('code' in error) ? undefined : error.code
  return code === undefined || code === 'ECONNRESET' || code === 'EPIPE'
}
