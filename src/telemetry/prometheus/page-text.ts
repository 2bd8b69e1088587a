import { Buffer } from 'node:buffer'

/** Text is turned into bytes in pieces of this many characters: some ten microseconds each. */
const PIECE_LENGTH = 32 * 1024

/** A page, or a part of one, while it is being written. */
export class PageText {
  #pieces: Uint8Array[] = []
  #pieceBytes = 0
  #text = ''

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= PIECE_LENGTH) this.#seal()
  }

  /** Takes over what the other has; the other is empty then. */
  addAll(other: PageText): void {
    if (other.#pieces.length > 0) {
      this.#seal()
      for (const piece of other.#pieces) this.#push(piece)
    }
    this.add(other.#text)
    other.clear()
  }

  clear(): void {
    this.#pieces = []
    this.#pieceBytes = 0
    this.#text = ''
  }

  /** About the bytes so far: of what is still text, the characters. */
  get byteCount(): number {
    return this.#pieceBytes + this.#text.length
  }

  finish(): readonly Uint8Array[] {
    this.#seal()
    return this.#pieces
  }

  #seal(): void {
    if (this.#text === '') return
    this.#push(Buffer.from(this.#text))
    this.#text = ''
  }

  #push(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#pieceBytes += piece.byteLength
  }
}
