/** A protobuf message taken apart, so that it can be changed in a way that is wrong in one place only. */
export interface WireField {
  tag: bigint
  /** What stands after the tag (and the length): the fields of a message, or bytes. */
  content: WireField[] | Buffer
  /** The length that is written in front, when it is not the true one. */
  claimedLength?: bigint
}

/** Takes bytes apart into fields; `undefined` when they are no message. */
export function parseWire(bytes: Buffer, depth = 0): WireField[] | undefined {
  const fields: WireField[] = []
  let position = 0
  while (position < bytes.length) {
    const tag = readVarint(bytes, position)
    if (tag === undefined || tag.value < 8n) return undefined
    const start = tag.end
    const wireType = Number(tag.value & 7n)
    if (wireType === 2) {
      const length = readVarint(bytes, start)
      if (length === undefined || length.value > BigInt(bytes.length - length.end)) return undefined
      const content = bytes.subarray(length.end, length.end + Number(length.value))
      // What can be read as a message is taken for one, which is right nearly always.
      const inner = content.length > 0 && depth < 40 ? parseWire(content, depth + 1) : undefined
      fields.push({ tag: tag.value, content: inner ?? content })
      position = length.end + content.length
    } else {
      const end = wireType === 1 ? start + 8 : wireType === 5 ? start + 4 : readVarint(bytes, start)?.end
      if (end === undefined || end > bytes.length || (wireType !== 0 && wireType !== 1 && wireType !== 5))
        return undefined
      fields.push({ tag: tag.value, content: bytes.subarray(start, end) })
      position = end
    }
  }
  return fields
}

export function writeWire(fields: readonly WireField[]): Buffer {
  return Buffer.concat(
    fields.map((field) => {
      const content = Buffer.isBuffer(field.content) ? field.content : writeWire(field.content)
      const hasLength = (field.tag & 7n) === 2n || field.claimedLength !== undefined
      const length = hasLength ? writeVarint(field.claimedLength ?? BigInt(content.length)) : Buffer.alloc(0)
      return Buffer.concat([writeVarint(field.tag), length, content])
    }),
  )
}

export function writeVarint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

function readVarint(bytes: Buffer, at: number): { value: bigint; end: number } | undefined {
  let value = 0n
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return { value, end: at + index + 1 }
  }
  return undefined
}
