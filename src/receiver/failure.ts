import { GRPC_STATUS } from '../otlp/status.ts'

/** Why a request was not taken in. Each kind is counted, and has its answer in HTTP and in gRPC. */
export type FailureKind = keyof typeof ANSWERS

/** A request that is answered with an error, whatever the transport. */
export interface Failure {
  readonly kind: FailureKind
  readonly httpStatus: number
  /** @see https://grpc.io/docs/guides/status-codes/ */
  readonly grpcCode: number
  /** For the sender; never holds what it sent. */
  readonly message: string
  /** After what time the sender should try again; absent when it should not, or is free to choose. */
  readonly retryDelayMs?: number
  /** How `Retry-After` says it. @default seconds */
  readonly retryAfterForm?: 'seconds' | 'date'
  /** Further headers of the answer over HTTP. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * The codes of gRPC are those that its specification asks of a server, and for bad data that which OTLP asks.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
 * @see https://opentelemetry.io/docs/specs/otlp/#failures
 */
const ANSWERS = {
  unknownPath: { httpStatus: 404, grpcCode: GRPC_STATUS.unimplemented },
  wrongMethod: { httpStatus: 405, grpcCode: GRPC_STATUS.unimplemented },
  wrongContentType: { httpStatus: 415, grpcCode: GRPC_STATUS.invalidArgument },
  unknownEncoding: { httpStatus: 415, grpcCode: GRPC_STATUS.unimplemented },
  /** Cannot be decompressed, though its encoding is supported. */
  badCompression: { httpStatus: 400, grpcCode: GRPC_STATUS.internal },
  /** Is no OTLP message. */
  malformed: { httpStatus: 400, grpcCode: GRPC_STATUS.invalidArgument },
  /** Is no sequence of gRPC frames. */
  badFraming: { httpStatus: 400, grpcCode: GRPC_STATUS.internal },
  /** Not exactly one message in a unary call. */
  messageCount: { httpStatus: 400, grpcCode: GRPC_STATUS.unimplemented },
  tooLarge: { httpStatus: 413, grpcCode: GRPC_STATUS.resourceExhausted },
  /** Not received completely within the time allowed. */
  tooSlow: { httpStatus: 408, grpcCode: GRPC_STATUS.deadlineExceeded },
  /** All memory for bodies is in use. */
  overloaded: { httpStatus: 503, grpcCode: GRPC_STATUS.unavailable },
  unknownHealthService: { httpStatus: 404, grpcCode: GRPC_STATUS.notFound },
  /** Asked for by the `respond` option. */
  refused: { httpStatus: 503, grpcCode: GRPC_STATUS.unavailable },
  /** A fault of the receiver itself. */
  internal: { httpStatus: 500, grpcCode: GRPC_STATUS.internal },
  /** The sender went away; nobody is left to answer. */
  aborted: { httpStatus: 499, grpcCode: GRPC_STATUS.cancelled },
} as const

/** Every kind, for counters. */
export const FAILURE_KINDS = Object.keys(ANSWERS) as readonly FailureKind[]

export function failure(
  kind: FailureKind,
  message: string,
  more: Partial<Pick<Failure, 'httpStatus' | 'grpcCode' | 'retryDelayMs' | 'retryAfterForm' | 'headers'>> = {},
): Failure {
  return { kind, ...ANSWERS[kind], message, ...more }
}

export function isFailure(value: object): value is Failure {
  return 'kind' in value && 'grpcCode' in value
}
