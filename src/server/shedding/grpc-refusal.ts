import type { OutgoingHttpHeaders } from 'node:http2'

/** What a client may try again elsewhere or later: the only code that most retry policies repeat, and what 503 means. */
const UNAVAILABLE = 14
const MESSAGE = 'the service has too much to do, try again later'

/**
 * The answer to a call of gRPC that nobody has begun to work for: a status and nothing else. When to come back is said
 * twice, because there are two kinds of clients: libraries with a retry policy wait for `grpc-retry-pushback-ms`, and
 * applications read `google.rpc.RetryInfo`.
 *
 * Not RESOURCE_EXHAUSTED: it is also the answer to a message that is too large and to a quota that is used up, so
 * clients do not repeat it.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 * @see https://google.aip.dev/194
 */
export function grpcRefusal(seconds: number): OutgoingHttpHeaders {
  return {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(UNAVAILABLE),
    'grpc-message': MESSAGE,
    'grpc-retry-pushback-ms': String(seconds * 1000),
    'grpc-status-details-bin': statusWithRetryInfo(seconds).toString('base64').replace(/=+$/, ''),
  }
}

/** `google.rpc.Status { code, message, details: [Any { RetryInfo { retry_delay: Duration { seconds } } }] }`. */
function statusWithRetryInfo(seconds: number): Buffer {
  const delay = Buffer.concat([Buffer.of(0x08), varint(seconds)])
  const any = Buffer.concat([
    field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
    field(2, field(1, delay)),
  ])
  return Buffer.concat([Buffer.of(0x08, UNAVAILABLE), field(2, Buffer.from(MESSAGE)), field(3, any)])
}

/** A field of Protobuf with a length. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2), varint(content.length), content])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.of(...bytes, rest)
}
