/** A whole HTTP/1.1 answer, as it was on the wire. */
export interface ParsedResponse {
  readonly status: number
  /** Names in lower case; a header that came several times has its values joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** At most {@link ResponseParserOptions.keepBodyBytes} of the body. */
  readonly body: Buffer
  readonly bodyBytes: number
  /** The connection is not to be used again: `Connection: close`, HTTP/1.0, or a body that ends with the connection. */
  readonly saidClose: boolean
  /** Status codes of the 1xx answers before it. */
  readonly interim: readonly number[]
}

export interface ResponseParserOptions {
  /** The method of the request whose answer comes next: an answer to HEAD has no body. */
  readonly nextMethod: () => string
  readonly onResponse: (response: ParsedResponse) => void
  /** How much of a body is kept; the rest is counted and thrown away. */
  readonly keepBodyBytes: number
  /** Called when the head of an answer is there, before its body; not for 1xx answers. */
  readonly onHead?: (head: ResponseHead) => void
  /** Called with each piece of a body. */
  readonly onBody?: (bytes: Buffer) => void
}

/** The beginning of an answer. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

const MAX_HEAD_BYTES = 64 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: .*)?$/

type Body =
  | { readonly kind: 'head' }
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunk-size' }
  | { readonly kind: 'chunk'; left: number }
  | { readonly kind: 'trailers' }
  | { readonly kind: 'until-close' }

interface Head {
  readonly status: number
  readonly headers: Record<string, string>
  saidClose: boolean
}

/** Parses the answers on one connection, however they are cut into pieces. Strict: what it can't read is an error. */
export class ResponseParser {
  readonly #options: ResponseParserOptions
  #buffer: Buffer = Buffer.alloc(0)
  #state: Body = { kind: 'head' }
  #head: Head | undefined
  #interim: number[] = []
  #body: Buffer[] = []
  #keptBytes = 0
  #bodyBytes = 0
  #error: string | undefined

  constructor(options: ResponseParserOptions) {
    this.#options = options
  }

  /** What is wrong with the bytes so far; nothing is parsed after it. */
  get error(): string | undefined {
    return this.#error
  }

  /** Whether an answer has begun and is not complete. */
  get isInside(): boolean {
    return this.#head !== undefined || this.#buffer.length > 0 || this.#interim.length > 0
  }

  push(bytes: Buffer): void {
    if (this.#error !== undefined) return
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes])
    while (this.#error === undefined && this.#step());
  }

  /** The connection has ended: completes an answer whose body lasts until then. */
  end(): void {
    if (this.#error === undefined && this.#state.kind === 'until-close') this.#complete()
  }

  /** One step; false when more bytes are needed. */
  #step(): boolean {
    const state = this.#state
    switch (state.kind) {
      case 'head':
        return this.#readHead()
      case 'length':
      case 'chunk':
        return this.#readCounted(state)
      case 'chunk-size':
        return this.#readChunkSize()
      case 'trailers':
        return this.#readTrailer()
      case 'until-close':
        this.#keep(this.#take(this.#buffer.length))
        return false
    }
  }

  #readHead(): boolean {
    const end = this.#buffer.indexOf(HEAD_END)
    if (end === -1) {
      if (this.#buffer.length > MAX_HEAD_BYTES) this.#error = `headers of more than ${MAX_HEAD_BYTES} bytes`
      return false
    }
    const [statusLine = '', ...lines] = this.#take(end + HEAD_END.length)
      .toString('latin1', 0, end)
      .split('\r\n')
    const match = STATUS_LINE.exec(statusLine)
    if (match === null) {
      this.#error = 'no status line'
      return false
    }
    const status = Number(match[2])
    const headers = parseHeaders(lines)
    if (headers === undefined) {
      this.#error = 'a header line without a name'
      return false
    }
    if (status < 200 && status !== 101) {
      this.#interim.push(status)
      return true
    }
    const connection = headers['connection']?.toLowerCase() ?? ''
    const saidClose = /\bclose\b/.test(connection) || (match[1] === '0' && !/\bkeep-alive\b/.test(connection))
    this.#head = { status, headers, saidClose }
    this.#options.onHead?.({ status, headers })
    return this.#beginBody(this.#head)
  }

  #beginBody(head: Head): boolean {
    const { status, headers } = head
    const length = headers['content-length']
    if (this.#options.nextMethod() === 'HEAD' || status === 101 || status === 204 || status === 304) {
      this.#complete()
    } else if (headers['transfer-encoding'] !== undefined) {
      if (headers['transfer-encoding'].toLowerCase() === 'chunked') this.#state = { kind: 'chunk-size' }
      else this.#error = 'a transfer coding other than chunked'
    } else if (length === undefined) {
      head.saidClose = true
      this.#state = { kind: 'until-close' }
    } else if (!/^\d{1,15}$/.test(length)) {
      this.#error = 'a content length that is no number'
    } else if (Number(length) === 0) {
      this.#complete()
    } else {
      this.#state = { kind: 'length', left: Number(length) }
    }
    return this.#error === undefined
  }

  #readCounted(state: Body & { kind: 'length' | 'chunk' }): boolean {
    if (this.#buffer.length === 0) return false
    const piece = this.#take(Math.min(state.left, this.#buffer.length))
    state.left -= piece.length
    if (state.kind === 'length') {
      this.#keep(piece)
      if (state.left === 0) this.#complete()
      return true
    }
    // The two bytes at the end of a chunk's count are its CRLF.
    const isEnd = state.left === 0
    this.#keep(piece.subarray(0, piece.length - Math.max(0, Math.min(piece.length, 2 - state.left))))
    if (isEnd) this.#state = { kind: 'chunk-size' }
    return true
  }

  #readChunkSize(): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    const match = /^([\da-f]{1,12})(?:[ \t]*;.*)?$/i.exec(line)
    if (match === null) {
      this.#error = 'a chunk without a size'
      return false
    }
    const size = Number.parseInt(match[1] ?? '', 16)
    this.#state = size === 0 ? { kind: 'trailers' } : { kind: 'chunk', left: size + 2 }
    return true
  }

  #readTrailer(): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    if (line === '') this.#complete()
    return true
  }

  #complete(): void {
    const head = this.#head
    if (head === undefined) return
    const response: ParsedResponse = {
      status: head.status,
      headers: head.headers,
      body: Buffer.concat(this.#body),
      bodyBytes: this.#bodyBytes,
      saidClose: head.saidClose,
      interim: this.#interim,
    }
    this.#state = { kind: 'head' }
    this.#head = undefined
    this.#interim = []
    this.#body = []
    this.#keptBytes = 0
    this.#bodyBytes = 0
    this.#options.onResponse(response)
  }

  #keep(bytes: Buffer): void {
    this.#bodyBytes += bytes.length
    if (bytes.length > 0) this.#options.onBody?.(bytes)
    const room = this.#options.keepBodyBytes - this.#keptBytes
    if (room <= 0 || bytes.length === 0) return
    const kept = bytes.subarray(0, room)
    this.#keptBytes += kept.length
    this.#body.push(kept)
  }

  #take(count: number): Buffer {
    const taken = this.#buffer.subarray(0, count)
    this.#buffer = this.#buffer.subarray(count)
    return taken
  }

  #takeLine(): string | undefined {
    const end = this.#buffer.indexOf(LINE_END)
    if (end === -1) {
      if (this.#buffer.length > MAX_HEAD_BYTES) this.#error = `a line of more than ${MAX_HEAD_BYTES} bytes`
      return undefined
    }
    return this.#take(end + LINE_END.length).toString('latin1', 0, end)
  }
}

/** `undefined` when a line is no header. */
function parseHeaders(lines: readonly string[]): Record<string, string> | undefined {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) return undefined
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}
