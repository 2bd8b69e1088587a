/** What a transport of the stock exporters says of one attempt. */
export interface TransportResponse {
  readonly status: 'success' | 'retryable' | 'failure'
  readonly error?: Error
  /** `Retry-After`, in milliseconds; -1 when it was 0. */
  readonly retryInMillis?: number
  readonly data?: Uint8Array
}

const UNAVAILABLE = 14
/** @see https://opentelemetry.io/docs/specs/otlp/#failures */
const RETRYABLE_GRPC = new Set([
  1, // CANCELLED
  4, // DEADLINE_EXCEEDED
  10, // ABORTED
  11, // OUT_OF_RANGE
  UNAVAILABLE,
  15, // DATA_LOSS
])
const RESOURCE_EXHAUSTED = 8
const RETRY_INFO = 'google.rpc.RetryInfo'

interface CodedError extends Error {
  readonly code?: unknown
  readonly details?: unknown
  readonly metadata?: { get(key: string): readonly unknown[] }
}

/**
 * Whether another attempt can end differently. The stock transport knows for answers over HTTP; over gRPC it calls
 * every failure final, and of network errors it knows eight, while a certificate that is being replaced or a name that
 * is not known yet passes as well.
 */
export function isWorthRetrying(response: TransportResponse): boolean {
  if (response.status === 'retryable') return true
  const error: CodedError | undefined = response.error
  if (typeof error?.code === 'number') {
    // Codes of gRPC end at 16; those of HTTP have been judged.
    return RETRYABLE_GRPC.has(error.code) || (error.code === RESOURCE_EXHAUSTED && hasRetryInfo(error))
  }
  // A wrong argument stays wrong. Other errors with a code come from the network or from TLS.
  return typeof error?.code === 'string' && !(error instanceof TypeError)
}

/** The server says when to come back, and only then is RESOURCE_EXHAUSTED temporary. */
function hasRetryInfo(error: CodedError): boolean {
  const [details] = error.metadata?.get('grpc-status-details-bin') ?? []
  return Buffer.isBuffer(details) && details.includes(RETRY_INFO)
}

/** What a machine answers that has not this one of the addresses of a name, `::1` of localhost above all. */
const NO_SUCH_ADDRESS = new Set<unknown>(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH'])

/** Whether the connection itself was refused, at every address of the name: nobody listens there. */
export function isRefusedConnection(error: Error | undefined): boolean {
  if (error instanceof AggregateError) {
    const codes = error.errors.map((one: CodedError) => one.code)
    return codes.includes('ECONNREFUSED') && codes.every((code) => code === 'ECONNREFUSED' || NO_SUCH_ADDRESS.has(code))
  }
  const { code, details }: Partial<CodedError> = error ?? {}
  // gRPC has the error of the socket in a text only.
  return code === 'ECONNREFUSED' || (code === UNAVAILABLE && /\bECONNREFUSED\b/.test(String(details)))
}

/** In one line, without anything that was sent. */
export function describeTransportError(error: Error | undefined): string {
  if (error === undefined) return 'the collector asks to try again later'
  const { code, details } = error as CodedError
  if (typeof code === 'number' && code >= 100) return `HTTP ${code} ${error.message}`.trim()
  if (typeof code === 'number') return `gRPC status ${code}: ${typeof details === 'string' ? details : error.message}`
  // Of several addresses that all refused (localhost as ::1 and 127.0.0.1) the message is empty and the code is not.
  return error.message === '' ? (typeof code === 'string' ? code : error.name) : error.message
}
