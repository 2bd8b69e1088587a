/** The codes of gRPC by their numbers. @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

export const GRPC_OK = 'OK'
export const GRPC_UNIMPLEMENTED = 'UNIMPLEMENTED'
export const GRPC_CANCELLED = 'CANCELLED'
export const GRPC_DEADLINE_EXCEEDED = 'DEADLINE_EXCEEDED'
export const GRPC_UNKNOWN = 'UNKNOWN'

/** Of the codes, those that are the fault of the server. All others are answers. */
const SERVER_ERRORS: ReadonlySet<string> = new Set([
  GRPC_UNKNOWN,
  GRPC_DEADLINE_EXCEEDED,
  GRPC_UNIMPLEMENTED,
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
])

/** For a server's own span. @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ (`rpc.status_code`) */
export function isServerError(status: string): boolean {
  return SERVER_ERRORS.has(status)
}

/** `NOT_FOUND` of `5`. What is no code that has a name can be anything, and is `UNKNOWN`, as every client takes it. */
export function nameGrpcStatus(code: unknown): string {
  return NAMES[Number(code)] ?? GRPC_UNKNOWN
}

/**
 * What a client makes of an answer without `grpc-status`, of a proxy for example.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
 */
export function statusOfHttp(httpStatus: number): string {
  if (httpStatus === 400) return 'INTERNAL'
  if (httpStatus === 401) return 'UNAUTHENTICATED'
  if (httpStatus === 403) return 'PERMISSION_DENIED'
  if (httpStatus === 404) return GRPC_UNIMPLEMENTED
  if (httpStatus === 429 || (httpStatus >= 502 && httpStatus <= 504)) return 'UNAVAILABLE'
  return GRPC_UNKNOWN
}

/**
 * What the end of a stream by an error code of HTTP/2 means.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors
 */
export function statusOfReset(code: number): string {
  if (code === 0x7) return 'UNAVAILABLE'
  if (code === 0x8) return GRPC_CANCELLED
  if (code === 0xb) return 'RESOURCE_EXHAUSTED'
  if (code === 0xc) return 'PERMISSION_DENIED'
  return 'INTERNAL'
}

const UNITS_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** Milliseconds of a `grpc-timeout` such as `150m`; `undefined` where there is none. */
export function parseGrpcTimeout(header: unknown): number | undefined {
  const parts = typeof header === 'string' ? /^(\d{1,8})([HMSmun])$/.exec(header) : null
  return parts === null ? undefined : Number(parts[1]) * (UNITS_MS[parts[2] as string] as number)
}

/** Whether it is a call of gRPC: neither gRPC-Web, which is HTTP to whoever speaks it, nor anything that only begins so. */
export function isGrpc(contentType: unknown): boolean {
  if (typeof contentType !== 'string' || !contentType.startsWith('application/grpc')) return false
  const next = contentType.charCodeAt('application/grpc'.length)
  return Number.isNaN(next) || next === 0x2b || next === 0x3b || next === 0x20
}
