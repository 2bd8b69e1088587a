import { checkInteger } from './encodable.ts'
import type { MessageLayout } from './message-layout.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

/**
 * The status codes of gRPC, which `google.rpc.Status` uses over HTTP as well.
 *
 * @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
export const GRPC_STATUS = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const

/** `google.rpc.Status`: the body of every error over HTTP, and `grpc-status-details-bin` over gRPC. */
export interface RpcStatus {
  /** One of {@link GRPC_STATUS}, or a code that nobody has named yet. */
  readonly code: number
  /** For a developer to read. */
  readonly message: string
  /**
   * When to try again, in milliseconds: a `google.rpc.RetryInfo` among the details. Over gRPC it is what makes
   * RESOURCE_EXHAUSTED retryable.
   *
   * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling
   */
  readonly retryDelayMs?: number
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'
/** Largest `google.protobuf.Duration`: 10,000 years. */
const MAX_DELAY_MS = 315_576_000_000_000

const ANY: MessageLayout = { 1: { name: 'type_url' }, 2: { name: 'value' } }
const RETRY_INFO_FIELDS: MessageLayout = { 1: { name: 'retry_delay' } }
const DURATION: MessageLayout = { 1: { name: 'seconds' }, 2: { name: 'nanos' } }
const STATUS: MessageLayout = {
  1: { name: 'code' },
  2: { name: 'message' },
  3: { name: 'details', repeated: true, message: ANY },
}

/**
 * Writes a `google.rpc.Status` in protobuf.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_NOT_ENCODABLE` when the code or the delay is out of range
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto
 */
export function encodeStatus(status: RpcStatus): Uint8Array {
  const writer = new ProtobufWriter()
  writer.int32(8, status.code)
  writer.text(18, status.message)
  if (status.retryDelayMs !== undefined) {
    const { seconds, nanos } = toDuration(status.retryDelayMs)
    const detail = writer.open(26)
    writer.text(10, RETRY_INFO)
    const value = writer.open(18)
    const delay = writer.open(10)
    writer.int64(8, seconds)
    writer.int32(16, nanos)
    writer.close(delay)
    writer.close(value)
    writer.close(detail)
  }
  return writer.finish()
}

/** Writes a `google.rpc.Status` in JSON. See {@link encodeStatus}. */
export function encodeStatusJson(status: RpcStatus): string {
  const { code, message, retryDelayMs } = status
  const body = { code: checkInteger(code, -(2 ** 31), 2 ** 31 - 1), message: message.toWellFormed() }
  if (retryDelayMs === undefined) return JSON.stringify(body)
  const { seconds, nanos } = toDuration(retryDelayMs)
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return JSON.stringify({ ...body, details: [{ '@type': RETRY_INFO, retryDelay: `${seconds}${fraction}s` }] })
}

/**
 * Reads a `google.rpc.Status` in protobuf. Details other than `RetryInfo` are passed over.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_MALFORMED`
 */
export function decodeStatus(bytes: Uint8Array): RpcStatus {
  const reader = new ProtobufReader(bytes, 'status', STATUS)
  const { end } = reader
  let code = 0
  let message = ''
  let retryDelayMs: number | undefined
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 8) code = reader.int32()
    else if (tag === 18) message = reader.text(end)
    else if (tag === 26) retryDelayMs = decodeDetail(reader, reader.enterItem(end)) ?? retryDelayMs
    else reader.skip(tag, end, STATUS)
  }
  reader.leave(end)
  return retryDelayMs === undefined ? { code, message } : { code, message, retryDelayMs }
}

/** Reads a `google.protobuf.Any`: the delay in milliseconds, if that is what it holds. */
function decodeDetail(reader: ProtobufReader, end: number): number | undefined {
  let type = ''
  let value: Uint8Array | undefined
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) type = reader.text(end)
    else if (tag === 18) value = reader.bytes(end)
    else reader.skip(tag, end, ANY)
  }
  reader.leave(end)
  return type === RETRY_INFO ? decodeRetryInfo(value ?? new Uint8Array()) : undefined
}

function decodeRetryInfo(bytes: Uint8Array): number {
  const reader = new ProtobufReader(bytes, 'status detail', RETRY_INFO_FIELDS)
  const { end } = reader
  let delayMs = 0
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) delayMs = decodeDuration(reader, reader.enter(end))
    else reader.skip(tag, end, RETRY_INFO_FIELDS)
  }
  reader.leave(end)
  return delayMs
}

function decodeDuration(reader: ProtobufReader, end: number): number {
  let seconds = 0
  let nanos = 0
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 8) seconds = Number(reader.int64())
    else if (tag === 16) nanos = reader.int32()
    else reader.skip(tag, end, DURATION)
  }
  reader.leave(end)
  // A delay that lies in the past is none.
  return Math.min(MAX_DELAY_MS, Math.max(0, seconds * 1000 + nanos / 1_000_000))
}

function toDuration(delayMs: number): { seconds: number; nanos: number } {
  const microseconds = checkInteger(Math.round(delayMs * 1000), 0, MAX_DELAY_MS * 1000)
  return { seconds: Math.floor(microseconds / 1_000_000), nanos: (microseconds % 1_000_000) * 1000 }
}
