import type { IncomingHttpHeaders } from 'node:http2'
import type { Signal } from '../../../otlp/model.ts'
import { decodeResponse } from '../../../otlp/response.ts'
import { decodeStatus, GRPC_STATUS, type RpcStatus } from '../../../otlp/status.ts'
import type { ExportOutcome } from '../export-outcome.ts'
import { outcomeOfResponse } from './http-answer.ts'
import { retryAfterMs } from './retry-after.ts'
import { serverText } from './server-text.ts'

/** An answer over gRPC. */
export interface GrpcAnswer {
  readonly httpStatus: number
  readonly headers: IncomingHttpHeaders
  /** Where the status of gRPC is; the headers themselves when the server has nothing else to say. */
  readonly trailers: IncomingHttpHeaders
  /** The frames of the answer. */
  readonly body: Buffer
}

const FRAME_PREFIX_BYTES = 5

/** @see https://opentelemetry.io/docs/specs/otlp/#failures */
const RETRYABLE: ReadonlySet<number> = new Set([
  GRPC_STATUS.cancelled,
  GRPC_STATUS.deadlineExceeded,
  GRPC_STATUS.aborted,
  GRPC_STATUS.outOfRange,
  GRPC_STATUS.unavailable,
  GRPC_STATUS.dataLoss,
])

/**
 * What HTTP statuses of proxies mean that know nothing of gRPC; all others mean UNKNOWN.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
 */
const OF_HTTP: Readonly<Record<number, number>> = {
  400: GRPC_STATUS.internal,
  401: GRPC_STATUS.unauthenticated,
  403: GRPC_STATUS.permissionDenied,
  404: GRPC_STATUS.unimplemented,
  429: GRPC_STATUS.unavailable,
  502: GRPC_STATUS.unavailable,
  503: GRPC_STATUS.unavailable,
  504: GRPC_STATUS.unavailable,
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(GRPC_STATUS).map(([name, code]) => [code, name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()]),
)

/** How servers say that a message is larger than they take: "received message larger than max (5 vs. 4)". */
const SAYS_TOO_LARGE =
  /larger than (?:the )?max|too (?:large|big)|exceeds? .*(?:size|max|limit)|(?:size|message) .*exceed/i

/**
 * What an attempt comes to by its answer.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-response
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses
 */
export function grpcOutcome(answer: GrpcAnswer, signal: Signal, authority: string): ExportOutcome {
  const { headers, trailers, httpStatus } = answer
  const status = text(trailers, 'grpc-status')
  if (status === undefined || !/^\d{1,3}$/.test(status)) return withoutStatus(answer, signal, authority)
  const code = Number(status)
  if (code === GRPC_STATUS.ok) return readSuccess(answer, signal, authority)
  const details = readDetails(text(trailers, 'grpc-status-details-bin'))
  const said = serverText(percentDecoded(text(trailers, 'grpc-message') ?? '')) || serverText(details?.message ?? '')
  const reason = `gRPC ${nameOf(code)} of ${authority}${explain(code, signal)}${said === '' ? '' : `, it says "${said}"`}`
  const waitMs = details?.retryDelayMs
  // With RetryInfo the server is busy; without, it doesn't want this request.
  if (RETRYABLE.has(code) || (code === GRPC_STATUS.resourceExhausted && waitMs !== undefined)) {
    const askedForMs = waitMs !== undefined && waitMs > 0 ? waitMs : retryAfterOf(headers, httpStatus)
    return askedForMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, retryAfterMs: askedForMs }
  }
  if (code === GRPC_STATUS.resourceExhausted && SAYS_TOO_LARGE.test(said)) {
    return { kind: 'refused', reason, perhapsTooLarge: true }
  }
  if (code === GRPC_STATUS.invalidArgument) return { kind: 'refused', reason, perhapsOnePart: true }
  return { kind: 'refused', reason }
}

/** Something answered that isn't a server of gRPC: a proxy, or the wrong port. */
function withoutStatus({ httpStatus, headers }: GrpcAnswer, signal: Signal, authority: string): ExportOutcome {
  const type = serverText(text(headers, 'content-type') ?? 'no content type')
  if (httpStatus === 413) {
    const reason = `HTTP 413 of ${authority}: the request is larger than it takes`
    return { kind: 'refused', reason, perhapsTooLarge: true }
  }
  if (httpStatus === 200) {
    const reason = type.startsWith('application/grpc')
      ? `${authority} answered without a status of gRPC: is a proxy between that takes away trailers?`
      : `${authority} answered not as gRPC does (${type}): is it a collector?`
    return { kind: 'refused', reason }
  }
  const code = OF_HTTP[httpStatus] ?? GRPC_STATUS.unknown
  const reason = `HTTP ${httpStatus} of ${authority} without a status of gRPC (${type})${explain(code, signal)}`
  if (code !== GRPC_STATUS.unavailable) return { kind: 'refused', reason }
  const askedForMs = retryAfterOf(headers, httpStatus)
  return askedForMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, retryAfterMs: askedForMs }
}

/** OK is the answer; a message that can't be read makes nothing undone, and sending again would double the data. */
function readSuccess({ body }: GrpcAnswer, signal: Signal, authority: string): ExportOutcome {
  if (body.length <= FRAME_PREFIX_BYTES) return { kind: 'delivered' }
  try {
    const isCompressed = body[0] !== 0
    const message = body.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + body.readUInt32BE(1))
    if (!isCompressed) return outcomeOfResponse(decodeResponse(signal, message))
  } catch {
    // Said below.
  }
  const message = `${authority} said yes, but its answer cannot be read: is it a collector?`
  return { kind: 'delivered', message, isDoubtful: true }
}

/** What to do about it, where that can be known. */
function explain(code: number, signal: Signal): string {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}`
  switch (code) {
    case GRPC_STATUS.unauthenticated:
      return `: it asks for credentials; set OTEL_EXPORTER_OTLP_HEADERS or ${own}_HEADERS`
    case GRPC_STATUS.permissionDenied:
      return `: it does not allow this; look at OTEL_EXPORTER_OTLP_HEADERS and ${own}_HEADERS`
    case GRPC_STATUS.unimplemented:
      return `: it takes no ${signal} there; look at OTEL_EXPORTER_OTLP_ENDPOINT and ${own}_ENDPOINT, or at the pipelines of the collector`
    default:
      return ''
  }
}

function nameOf(code: number): string {
  return NAMES.get(code) ?? String(code)
}

function retryAfterOf(headers: IncomingHttpHeaders, httpStatus: number): number | undefined {
  return httpStatus === 200 ? undefined : retryAfterMs(text(headers, 'retry-after'), text(headers, 'date'))
}

/** A header that comes twice comes as a list. */
function text(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function readDetails(base64: string | undefined): RpcStatus | undefined {
  if (base64 === undefined) return undefined
  try {
    return decodeStatus(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

/**
 * The form of `grpc-message`: UTF-8 in which some bytes are percent-encoded. What is broken is taken as it is, because the
 * rest of it may still help.
 */
export function percentDecoded(encoded: string): string {
  if (!encoded.includes('%')) return encoded
  const bytes = encoded.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
