import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'

import type { RawResult } from './raw-request.ts'

/** A complete answer. */
export type WholeAnswer = Partial<RawResult> & { readonly trailers?: Readonly<Record<string, string>> }

/** Collects what comes back on one stream. */
export class AnswerOfStream {
  readonly #stream: ClientHttp2Stream
  #status: number | undefined
  #headers: Record<string, string> = {}
  #trailers: Record<string, string> | undefined
  readonly #interim: number[] = []
  readonly #body: Buffer[] = []
  #keptBytes = 0
  #bodyBytes = 0
  #hasEnded = false

  constructor(stream: ClientHttp2Stream, keepBodyBytes: number) {
    this.#stream = stream
    stream.on('headers', (headers) => this.#interim.push(headers[':status'] ?? 0))
    stream.on('response', (headers) => {
      this.#status = headers[':status']
      this.#headers = toText(headers)
    })
    stream.on('trailers', (trailers) => (this.#trailers = toText(trailers)))
    stream.on('data', (bytes: Buffer) => {
      this.#bodyBytes += bytes.length
      const kept = bytes.subarray(0, Math.max(0, keepBodyBytes - this.#keptBytes))
      this.#keptBytes += kept.length
      if (kept.length > 0) this.#body.push(kept)
    })
    stream.on('end', () => (this.#hasEnded = true))
  }

  get hasBegun(): boolean {
    return this.#status !== undefined
  }

  get isWhole(): boolean {
    return this.hasBegun && this.#hasEnded && this.#stream.rstCode === 0
  }

  whole(): WholeAnswer {
    return {
      ...(this.#status === undefined ? {} : { status: this.#status }),
      headers: this.#headers,
      ...(this.#trailers === undefined ? {} : { trailers: this.#trailers }),
      body: Buffer.concat(this.#body),
      bodyBytes: this.#bodyBytes,
      interim: this.#interim,
    }
  }
}

function toText(headers: IncomingHttpHeaders): Record<string, string> {
  const text: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) text[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return text
}
