import type { ExportResponse, Signal } from '../otlp/model.ts'
import { BodyBuffer, tooLarge } from './body-buffer.ts'
import type { BufferShare } from './buffer-budget.ts'
import { collectBody } from './collect-body.ts'
import { type Exchange, headerValue, pathOf } from './exchange.ts'
import { type Failure, failure, isFailure } from './failure.ts'
import { type BodyFormat, CONTENT_TYPE, failureAnswer, successAnswer } from './http-answer.ts'
import { ENCODINGS, inflate, isEncoding } from './inflate.ts'
import { type Intake, inflateLimits } from './intake.ts'
import type { HttpAnswer } from './send-http.ts'
import { HTTP_PATHS } from './signal-paths.ts'

const FORMATS: ReadonlyMap<string, BodyFormat> = new Map([
  [CONTENT_TYPE.protobuf, 'protobuf'],
  [CONTENT_TYPE.json, 'json'],
])

interface Accepted {
  readonly signal: Signal
  readonly response: ExportResponse
}

/**
 * Takes in a request of OTLP over HTTP, 1.1 or 2; resolves with what is to be answered, or with nothing when nobody is left.
 * Never rejects.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function receiveHttp(exchange: Exchange, intake: Intake): Promise<HttpAnswer | undefined> {
  const format = FORMATS.get(headerValue(exchange, 'content-type'))
  const share = intake.budget.open()
  const outcome = await takeIn(exchange, intake, format, share)
  share.close()
  if (!isFailure(outcome)) return successAnswer(format ?? 'json', outcome.signal, outcome.response)
  return outcome.kind === 'aborted' ? undefined : failureAnswer(format ?? 'json', outcome)
}

async function takeIn(
  exchange: Exchange,
  intake: Intake,
  format: BodyFormat | undefined,
  share: BufferShare,
): Promise<Accepted | Failure> {
  const { counts, ingest } = intake
  const signal = HTTP_PATHS.get(pathOf(exchange))
  if (signal === undefined) return counts.failed(unknownPath())
  if (exchange.request.method !== 'POST') return counts.failed(wrongMethod())
  if (format === undefined) return counts.failed(wrongContentType())
  const body = await readBody(exchange, intake, share)
  if (isFailure(body)) return ingest.reject(signal, `http/${format}`, body)
  const response = await ingest.accept(signal, `http/${format}`, body)
  return isFailure(response) ? response : { signal, response }
}

async function readBody(exchange: Exchange, intake: Intake, share: BufferShare): Promise<Uint8Array | Failure> {
  const { request } = exchange
  const encoding = headerValue(exchange, 'content-encoding')
  const isPlain = encoding === '' || encoding === 'identity'
  if (!isPlain && !isEncoding(encoding)) return unknownEncoding()
  if (Number(request.headers['content-length'] ?? 0) > intake.maxBodyBytes) return tooLarge(intake.maxBodyBytes)
  // Compressed bytes have the limit, too: a body of empty gzip members is long without ever giving anything.
  const body = new BodyBuffer(intake.maxBodyBytes, share)
  const failed = await collectBody(request, body, intake.clock, intake.requestTimeoutMs)
  if (failed !== undefined) return failed
  return isPlain ? body.bytes : inflate(body.bytes, encoding, inflateLimits(intake, share))
}

function unknownPath(): Failure {
  return failure('unknownPath', `This is an OTLP receiver; it knows ${[...HTTP_PATHS.keys()].join(', ')}`)
}

function wrongMethod(): Failure {
  return failure('wrongMethod', 'Telemetry is sent with POST', { headers: { allow: 'POST' } })
}

function wrongContentType(): Failure {
  return failure('wrongContentType', `The content type must be ${[...FORMATS.keys()].join(' or ')}`)
}

function unknownEncoding(): Failure {
  return failure('unknownEncoding', `The content encoding must be one of ${ENCODINGS}, or none`, {
    headers: { 'accept-encoding': ENCODINGS },
  })
}
