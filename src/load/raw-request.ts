/** One request, sent exactly once and exactly as given. */
export interface RawRequest {
  /** @default GET */
  readonly method?: string
  /** The request target: path and query. */
  readonly path: string
  /** Sent as given, after `Host`; `Content-Length` is added for a body unless a length or a coding is given here. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** From the call to the last byte of the answer, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number
}

export const DEFAULT_REQUEST_TIMEOUT_MS = 30_000

/**
 * What became of a request; there is no retry that could hide it.
 *
 * - `answered`: a complete answer, whatever its status
 * - `refused`: no connection could be made, so nothing was sent
 * - `reset-fresh`: a new connection died before a byte of the answer
 * - `reset-reused`: a kept-alive connection died under the request, before a byte of the answer
 * - `truncated`: the answer began and did not end
 * - `timeout`: no complete answer in time
 * - `malformed`: bytes that are no HTTP/1.1 answer
 */
export type RequestOutcome =
  | 'answered'
  | 'refused'
  | 'reset-fresh'
  | 'reset-reused'
  | 'truncated'
  | 'timeout'
  | 'malformed'

export interface RawResult {
  readonly outcome: RequestOutcome
  /** The rest is there when an answer came completely. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly bodyBytes?: number
  /** Status codes of the 1xx answers before it. */
  readonly interim?: readonly number[]
  /** The answer said that the connection ends with it. */
  readonly saidClose: boolean
  /** How many requests the connection had carried before this one. */
  readonly reuse: number
  /** From the call to the end, whatever the end was. */
  readonly tookMs: number
  /** What the socket said, such as `ECONNRESET`; absent when the connection was closed in an orderly way. */
  readonly errorCode?: string
  /**
   * When things happened at this end of the wire, before its delay is added; on the scale of the client's clock. Whether
   * its bytes went out before or after the server's close came in is what tells a lost request from one that nobody
   * could have saved.
   */
  readonly wire?: WireTimes
}

/** See {@link RawResult.wire}. */
export interface WireTimes {
  /** When the connection stood. */
  readonly connectedAt?: number
  /** When the last bytes of the client were handed to the kernel. */
  readonly lastWriteAt?: number
  /** When the last bytes of the server came in. */
  readonly lastReadAt?: number
  /** When the server's FIN or RST came in. */
  readonly serverClosedAt?: number
  /** When the first bytes of this request were handed to the kernel; absent when none were before it was settled. */
  readonly headSentAt?: number
  /** When the last bytes of this request were handed to the kernel. */
  readonly sentAt?: number
  /** When the client saw the first bytes of the answer: this one after the delay. */
  readonly firstByteAt?: number
}

/** The bytes of a request as they go on the wire. */
export function encodeRequest(request: RawRequest, host: string): Buffer {
  const { method = 'GET', path, headers = {}, body } = request
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  const lines = [`${method} ${path} HTTP/1.1`]
  if (!names.has('host')) lines.push(`Host: ${host}`)
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body)
  if (body !== undefined && !names.has('content-length') && !names.has('transfer-encoding'))
    lines.push(`Content-Length: ${bytes.length}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes])
}
