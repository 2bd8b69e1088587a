import { decodeHuffman } from './hpack-huffman.ts'
import { STATIC_TABLE } from './hpack-static-table.ts'

type Field = readonly [name: string, value: string]

/** What a table may hold before anybody says otherwise (RFC 9113 §6.5.2), and more than anybody has ever asked for. */
const DEFAULT_TABLE_BYTES = 4096
const MAX_TABLE_BYTES = 16 * 1024 * 1024
/** What each entry counts beside its text (RFC 7541 §4.1). */
const ENTRY_BYTES = 32

/**
 * Decodes blocks of headers of one direction of an HTTP/2 connection, in the order in which they were sent.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7541
 */
export class HpackDecoder {
  /** The newest first. */
  readonly #table: Field[] = []
  #tableBytes = 0
  #maxTableBytes = DEFAULT_TABLE_BYTES

  /** Of a name that comes several times, the values are joined with `, `. @throws `Error` when it is no such block */
  decode(block: Buffer): Map<string, string> {
    const headers = new Map<string, string>()
    for (const [name, value] of this.fields(block)) {
      const before = headers.get(name)
      headers.set(name, before === undefined ? value : `${before}, ${value}`)
    }
    return headers
  }

  /** The fields of a block one by one. @throws `Error` when it is no such block */
  fields(block: Buffer): Field[] {
    const reader = new BlockReader(block)
    const fields: Field[] = []
    while (!reader.isAtEnd) {
      const first = reader.peek()
      if ((first & 0x80) !== 0) {
        fields.push(this.#at(reader.integer(7)))
      } else if ((first & 0x40) !== 0) {
        const field = this.#literal(reader, 6)
        this.#add(field)
        fields.push(field)
      } else if ((first & 0x20) !== 0) {
        const size = reader.integer(5)
        if (size > MAX_TABLE_BYTES) throw new Error('a table that is too large')
        this.#maxTableBytes = size
        this.#evict()
      } else {
        fields.push(this.#literal(reader, 4))
      }
    }
    return fields
  }

  #literal(reader: BlockReader, prefixBits: number): Field {
    const index = reader.integer(prefixBits)
    const name = index === 0 ? reader.text() : this.#at(index)[0]
    return [name, reader.text()]
  }

  #at(index: number): Field {
    const field = index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1] : this.#table[index - STATIC_TABLE.length - 1]
    if (field === undefined) throw new Error('no such entry')
    return field
  }

  #add(field: Field): void {
    this.#table.unshift(field)
    this.#tableBytes += sizeOf(field)
    this.#evict()
  }

  #evict(): void {
    while (this.#tableBytes > this.#maxTableBytes) {
      const oldest = this.#table.pop()
      if (oldest === undefined) return
      this.#tableBytes -= sizeOf(oldest)
    }
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + ENTRY_BYTES
}

/** Reads numbers and texts (RFC 7541 §5). */
class BlockReader {
  readonly #block: Buffer
  #at = 0

  constructor(block: Buffer) {
    this.#block = block
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#block.length
  }

  peek(): number {
    return this.#block.readUInt8(this.#at)
  }

  integer(prefixBits: number): number {
    const limit = 2 ** prefixBits - 1
    let value = this.#byte() & limit
    if (value < limit) return value
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#byte()
      value += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) return value
    }
    throw new Error('a number that is too large')
  }

  text(): string {
    const isHuffman = (this.peek() & 0x80) !== 0
    const length = this.integer(7)
    const end = this.#at + length
    if (end > this.#block.length) throw new Error('a text that is cut off')
    const bytes = this.#block.subarray(this.#at, end)
    this.#at = end
    return isHuffman ? decodeHuffman(bytes) : bytes.toString('latin1')
  }

  #byte(): number {
    return this.#block.readUInt8(this.#at++)
  }
}
