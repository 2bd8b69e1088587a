const STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const

/** What `Check` answers. */
export type ServingStatus = (typeof STATUSES)[number]

/** Before each message: whether it is compressed, and its length in four bytes. */
const PREFIX_BYTES = 5
const SERVICE_FIELD = 0x0a
const STATUS_FIELD = 0x08

/** `HealthCheckRequest { string service = 1 }`, as gRPC sends it. */
export function encodeHealthRequest(service: string): Buffer {
  const name = Buffer.from(service)
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([SERVICE_FIELD, ...varint(name.length)]), name])
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** `HealthCheckResponse { ServingStatus status = 1 }`; nothing when the bytes are something else. */
export function readServingStatus(bytes: Buffer): ServingStatus | undefined {
  if (bytes.length < PREFIX_BYTES || bytes[0] !== 0) return undefined
  const message = bytes.subarray(PREFIX_BYTES)
  if (message.length !== bytes.readUInt32BE(1)) return undefined
  // The default value isn't sent.
  if (message.length === 0) return STATUSES[0]
  return message.length === 2 && message[0] === STATUS_FIELD ? STATUSES[message[1] ?? -1] : undefined
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]
}
