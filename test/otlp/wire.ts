/** Protobuf wire format by hand, so that a test can also write what no encoder would. */
export function varint(value: bigint | number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

/** `wireType`: 0 varint, 1 64-bit, 2 length-delimited, 3 group start, 4 group end, 5 32-bit. */
export function tag(fieldNumber: number, wireType: number): Buffer {
  return varint(BigInt(fieldNumber) * 8n + BigInt(wireType))
}

/** A length-delimited field: bytes, text, or a message of fields. */
export function field(fieldNumber: number, ...content: readonly (Uint8Array | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([tag(fieldNumber, 2), varint(bytes.length), bytes])
}

export function varintField(fieldNumber: number, value: bigint | number): Buffer {
  return Buffer.concat([tag(fieldNumber, 0), varint(value)])
}

export function fixed64Field(fieldNumber: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
  return Buffer.concat([tag(fieldNumber, 1), bytes])
}

export function fixed32Field(fieldNumber: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return Buffer.concat([tag(fieldNumber, 5), bytes])
}

/** A request of any signal with one item, given by its fields. */
export function requestOf(...fields: readonly Uint8Array[]): Buffer {
  return field(1, field(2, field(2, ...fields)))
}
