import { Buffer } from 'node:buffer'

/** Text is turned into bytes in pieces of this many characters: some ten microseconds each. */
const PIECE_LENGTH = 32 * 1024

/** A place in a page to go back to. */
export interface PageMark {
  readonly chunks: number
  readonly byteCount: number
  readonly text: string
}

/** A page while it is being written. */
export class PageText {
  readonly #chunks: Uint8Array[] = []
  #byteCount = 0
  #text = ''

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= PIECE_LENGTH) this.#seal()
  }

  /** About the bytes so far: of what is still text, the characters. */
  get byteCount(): number {
    return this.#byteCount + this.#text.length
  }

  mark(): PageMark {
    return { chunks: this.#chunks.length, byteCount: this.#byteCount, text: this.#text }
  }

  /** Takes back what was added since. */
  rewind({ chunks, byteCount, text }: PageMark): void {
    this.#chunks.length = chunks
    this.#byteCount = byteCount
    this.#text = text
  }

  finish(): readonly Uint8Array[] {
    if (this.#text !== '') this.#seal()
    return this.#chunks
  }

  #seal(): void {
    const bytes = Buffer.from(this.#text)
    this.#chunks.push(bytes)
    this.#byteCount += bytes.byteLength
    this.#text = ''
  }
}
