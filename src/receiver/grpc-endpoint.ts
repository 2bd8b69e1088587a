import { encodeResponse } from '../otlp/response.ts'
import type { Signal } from '../otlp/model.ts'
import type { BufferShare } from './buffer-budget.ts'
import { collectBody } from './collect-body.ts'
import { headerValue, pathOf } from './exchange.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import { type GrpcExchange, sendGrpcFailure, sendGrpcMessage } from './grpc-answer.ts'
import { checkHealth, HEALTH_PATH } from './grpc-health.ts'
import { GrpcMessageSink } from './grpc-message-sink.ts'
import { GRPC_ENCODINGS, inflate, isEncoding } from './inflate.ts'
import { type Intake, inflateLimits } from './intake.ts'
import { GRPC_PATHS } from './signal-paths.ts'

/**
 * Takes in a unary gRPC call, of OTLP or of the health service; resolves with what is to be answered. `grpc-timeout` is left
 * to the sender, who ends the call when it is over. Never rejects.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 */
export async function receiveGrpc(exchange: GrpcExchange, intake: Intake): Promise<Uint8Array | Failure> {
  const share = intake.budget.open()
  const outcome = await call(exchange, intake, share)
  share.close()
  return outcome
}

/** Answers, when there is still somebody to answer. */
export function sendGrpc(exchange: GrpcExchange, outcome: Uint8Array | Failure): void {
  if (!isFailure(outcome)) sendGrpcMessage(exchange, outcome)
  else if (outcome.kind !== 'aborted') sendGrpcFailure(exchange, outcome)
}

async function call(exchange: GrpcExchange, intake: Intake, share: BufferShare): Promise<Uint8Array | Failure> {
  const path = pathOf(exchange)
  const signal = GRPC_PATHS.get(path)
  if (signal === undefined && path !== HEALTH_PATH) {
    return intake.counts.failed(failure('unknownPath', `The method ${path} is not served here`))
  }
  if (exchange.request.method !== 'POST') return intake.counts.failed(failure('wrongMethod', 'gRPC calls are POST'))
  const message = await readMessage(exchange, intake, share)
  if (signal !== undefined) return exportSignal(signal, message, intake)
  const health = isFailure(message) ? message : checkHealth(message)
  return isFailure(health) ? intake.counts.failed(health) : health
}

async function exportSignal(
  signal: Signal,
  message: Uint8Array | Failure,
  { ingest }: Intake,
): Promise<Uint8Array | Failure> {
  if (isFailure(message)) return ingest.reject(signal, 'grpc', message)
  const response = await ingest.accept(signal, 'grpc', message)
  return isFailure(response) ? response : encodeResponse(signal, response)
}

async function readMessage(exchange: GrpcExchange, intake: Intake, share: BufferShare): Promise<Uint8Array | Failure> {
  const encoding = headerValue(exchange, 'grpc-encoding')
  const isPlain = encoding === '' || encoding === 'identity'
  if (!isPlain && !isEncoding(encoding)) {
    return failure('unknownEncoding', `grpc-encoding must be one of ${GRPC_ENCODINGS}`)
  }
  const sink = new GrpcMessageSink(intake.maxBodyBytes, share)
  const failed = await collectBody(exchange.request, sink, intake.clock, intake.requestTimeoutMs)
  if (failed !== undefined) return failed
  const message = sink.finish()
  if (isFailure(message) || !message.isCompressed) return isFailure(message) ? message : message.bytes
  if (isPlain) return failure('badFraming', 'A compressed message without grpc-encoding')
  return inflate(message.bytes, encoding, inflateLimits(intake, share))
}
