import type { FieldLayout, MessageLayout } from './message-layout.ts'

/** How many fields may be passed on the way to a place: some 50 ms. Beyond that, the byte alone must do. */
const MAX_FIELDS = 1_000_000

/**
 * Says in which field of a message the byte at `offset` lies: `resource_spans[0].scope_spans[0].spans[3].name`, or an
 * empty text when that is nowhere. Runs after decoding has failed, so that decoding itself need not keep track; reads
 * anything without throwing, and gives up after {@link MAX_FIELDS}.
 */
export function describePosition(bytes: Uint8Array, layout: MessageLayout, offset: number): string {
  let path = ''
  let message: MessageLayout | undefined = layout
  let position = 0
  let end = bytes.length
  let fieldsLeft = MAX_FIELDS
  while (message !== undefined) {
    const found = findField(bytes, position, end, offset, fieldsLeft)
    if (found === undefined) return path
    fieldsLeft -= found.fieldsPassed
    const field: FieldLayout | undefined = message[found.fieldNumber]
    if (field === undefined) return join(path, `field ${found.fieldNumber}`)
    path = join(path, field.repeated === true ? `${field.name}[${found.index}]` : field.name)
    if (found.wireType !== 2 || offset < found.start) return path
    message = field.message
    position = found.start
    end = found.end
  }
  return path
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

interface FoundField {
  readonly fieldNumber: number
  readonly wireType: number
  /** Which one it is among the fields of its number. */
  readonly index: number
  readonly start: number
  readonly end: number
  readonly fieldsPassed: number
}

function findField(
  bytes: Uint8Array,
  from: number,
  end: number,
  offset: number,
  maxFields: number,
): FoundField | undefined {
  const counts = new Map<number, number>()
  let position = from
  for (let fieldsPassed = 0; position < end && fieldsPassed < maxFields; fieldsPassed++) {
    const tag = readVarint(bytes, position)
    if (tag === undefined) return undefined
    const fieldNumber = Math.floor(tag.value / 8)
    const wireType = tag.value % 8
    const index = counts.get(fieldNumber) ?? 0
    counts.set(fieldNumber, index + 1)
    const content = contentOf(bytes, tag.end, wireType)
    // A field that can't be read whole has no inside to look into.
    if (content === undefined || content.end > end)
      return { fieldNumber, wireType, index, start: end, end, fieldsPassed }
    if (offset < content.end) return { fieldNumber, wireType, index, ...content, fieldsPassed }
    position = content.end
  }
  return undefined
}

/** Where the value of a field begins (after its length, if it has one) and ends. */
function contentOf(bytes: Uint8Array, at: number, wireType: number): { start: number; end: number } | undefined {
  if (wireType === 1) return { start: at, end: at + 8 }
  if (wireType === 5) return { start: at, end: at + 4 }
  const varint = wireType === 0 || wireType === 2 ? readVarint(bytes, at) : undefined
  if (varint === undefined) return undefined
  return wireType === 0 ? { start: at, end: varint.end } : { start: varint.end, end: varint.end + varint.value }
}

function readVarint(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: at + index + 1 }
  }
  return undefined
}
