/** The head of a request. */
export interface RequestHead {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
}

const MAX_LINE_BYTES = 64 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const REQUEST_LINE = /^([A-Z][A-Z-]{0,31}) (\S{1,65536}) HTTP\/1\.[01]$/

type State =
  | { readonly kind: 'head' }
  | { readonly kind: 'counted'; left: number; readonly isChunk: boolean }
  | { readonly kind: 'chunk-size' }
  | { readonly kind: 'trailers' }

/** Finds the heads of requests on a connection of HTTP/1.1, however they are cut into pieces. Bodies are skipped. */
export class RequestParser {
  readonly #onHead: (head: RequestHead) => void
  #buffer: Buffer = Buffer.alloc(0)
  #state: State = { kind: 'head' }

  constructor(onHead: (head: RequestHead) => void) {
    this.#onHead = onHead
  }

  /** @throws `Error` when the bytes are no requests; the parser is of no use from then on */
  push(bytes: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes])
    while (this.#step());
  }

  #step(): boolean {
    const state = this.#state
    switch (state.kind) {
      case 'head':
        return this.#readHead()
      case 'counted':
        return this.#skip(state)
      case 'chunk-size': {
        const line = this.#takeLine(LINE_END)
        if (line === undefined) return false
        const size = /^([\da-f]{1,12})(?:[ \t]*;.*)?$/i.exec(line)?.[1]
        if (size === undefined) throw new Error('a chunk without a size')
        const count = Number.parseInt(size, 16)
        this.#state = count === 0 ? { kind: 'trailers' } : { kind: 'counted', left: count + 2, isChunk: true }
        return true
      }
      case 'trailers': {
        const line = this.#takeLine(LINE_END)
        if (line === '') this.#state = { kind: 'head' }
        return line !== undefined
      }
    }
  }

  #readHead(): boolean {
    // What can't be a method is told from the first byte on, and not gathered up.
    if (this.#buffer.length > 0 && !/^[A-Z\r]/.test(this.#buffer.toString('latin1', 0, 1)))
      throw new Error('no request')
    // An empty line before a request is to be ignored (RFC 9112 §2.2).
    while (this.#buffer.indexOf(LINE_END) === 0) this.#buffer = this.#buffer.subarray(LINE_END.length)
    const text = this.#takeLine(HEAD_END)
    if (text === undefined) return false
    const [first = '', ...lines] = text.split('\r\n')
    const [, method, path] = REQUEST_LINE.exec(first) ?? []
    if (method === undefined || path === undefined) throw new Error('no request line')
    const headers = new Map<string, string>()
    for (const line of lines) {
      const colon = line.indexOf(':')
      if (colon < 1) throw new Error('a header without a name')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      const before = headers.get(name)
      headers.set(name, before === undefined ? value : `${before}, ${value}`)
    }
    this.#onHead({ method, path, headers })
    const length = headers.get('content-length')
    if (headers.has('transfer-encoding')) this.#state = { kind: 'chunk-size' }
    else if (length !== undefined && Number(length) > 0) {
      this.#state = { kind: 'counted', left: Number(length), isChunk: false }
    }
    return true
  }

  #skip(state: State & { readonly kind: 'counted' }): boolean {
    const count = Math.min(state.left, this.#buffer.length)
    this.#buffer = this.#buffer.subarray(count)
    state.left -= count
    if (state.left > 0) return false
    this.#state = state.isChunk ? { kind: 'chunk-size' } : { kind: 'head' }
    return true
  }

  #takeLine(end: Buffer): string | undefined {
    const at = this.#buffer.indexOf(end)
    if (at === -1) {
      if (this.#buffer.length > MAX_LINE_BYTES) throw new Error('a head that does not end')
      return undefined
    }
    const line = this.#buffer.toString('latin1', 0, at)
    this.#buffer = this.#buffer.subarray(at + end.length)
    return line
  }
}
