import { Buffer } from 'node:buffer'
import { checkCount, checkId, checkInteger, checkTime, isIntegerOnWire, toInt64 } from './encodable.ts'
import { MessageBuffer } from './message-buffer.ts'
import { SHORT_PAIR, varintSize, writeNumberPair, writeShortAscii, writeTextPair, writeTime } from './wire-bytes.ts'

const TWO_TO_32 = 2 ** 32
const TWO_TO_64 = 2 ** 64
const LARGEST_UINT64 = 2n ** 64n - 1n
const UTF8 = new TextEncoder()
/** Up to this length, copying ASCII in a loop is quicker than asking the encoder. */
const SHORT_TEXT = 64
/** Takes at most four bytes. */
const LARGEST_SMALL = 0x0fff_ffff

/**
 * Writes protobuf wire format into one buffer that grows. Every field method takes the whole tag (`number << 3 | type`)
 * and writes nothing for a default value, as proto3 does; the `…Always` methods write it, for members of a `oneof` and
 * optional fields.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_NOT_ENCODABLE` for a value that the field cannot hold
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter extends MessageBuffer {
  text(tag: number, value: string): void {
    if (value !== '') this.textAlways(tag, value)
  }

  textAlways(tag: number, value: string): void {
    const { length } = value
    // No UTF-16 unit takes more than 3 bytes; half a surrogate pair becomes U+FFFD, which takes 3 as well.
    const mostBytes = length <= SHORT_TEXT ? length * 3 : Buffer.byteLength(value)
    this.reserve(10 + mostBytes)
    this.varint(tag)
    if (length <= SHORT_TEXT && this.#shortAscii(value)) return
    const start = this.at + varintSize(mostBytes)
    const { written } = UTF8.encodeInto(value, this.bytes.subarray(start))
    this.varint(written)
    if (this.at !== start) this.bytes.copyWithin(this.at, start, start + written)
    this.at += written
  }

  bytesAlways(tag: number, value: Uint8Array): void {
    this.reserve(10 + value.length)
    this.varint(tag)
    this.varint(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  /** An id from hexadecimal text of `byteLength` bytes, or an empty one. */
  id(tag: number, value: string, byteLength: 8 | 16): void {
    if (checkId(value, byteLength) === '') return
    this.reserve(6 + byteLength)
    this.varint(tag)
    this.bytes[this.at++] = byteLength
    for (let index = 0; index < value.length; index += 2) {
      this.bytes[this.at++] = (hexDigit(value, index) << 4) | hexDigit(value, index + 1)
    }
  }

  /** A trace id as four numbers of 32 bits, the most significant first. */
  traceId(tag: number, a: number, b: number, c: number, d: number): void {
    this.reserve(22)
    this.varint(tag)
    const view = this.view
    const at = this.at
    this.bytes[at] = 16
    view.setInt32(at + 1, a)
    view.setInt32(at + 5, b)
    view.setInt32(at + 9, c)
    view.setInt32(at + 13, d)
    this.at = at + 17
  }

  /** A span id as two numbers of 32 bits. */
  spanId(tag: number, high: number, low: number): void {
    this.reserve(14)
    this.varint(tag)
    const at = this.at
    this.bytes[at] = 8
    this.view.setInt32(at + 1, high)
    this.view.setInt32(at + 5, low)
    this.at = at + 9
  }

  boolean(tag: number, value: boolean): void {
    if (value) this.booleanAlways(tag, value)
  }

  booleanAlways(tag: number, value: boolean): void {
    this.reserve(6)
    this.varint(tag)
    this.bytes[this.at++] = value ? 1 : 0
  }

  uint32(tag: number, value: number): void {
    if (value === 0) return
    checkInteger(value, 0, TWO_TO_32 - 1)
    this.reserve(10)
    this.varint(tag)
    this.varint(value)
  }

  /** Also enums. A negative number takes ten bytes. */
  int32(tag: number, value: number): void {
    if (value === 0) return
    checkInteger(value, -(2 ** 31), 2 ** 31 - 1)
    this.int64Always(tag, value)
  }

  sint32(tag: number, value: number): void {
    if (value === 0) return
    checkInteger(value, -(2 ** 31), 2 ** 31 - 1)
    this.uint32(tag, ((value << 1) ^ (value >> 31)) >>> 0)
  }

  int64(tag: number, value: number): void {
    if (value !== 0) this.int64Always(tag, value)
  }

  int64Always(tag: number, value: number | bigint): void {
    this.reserve(15)
    this.varint(tag)
    if (typeof value === 'number' && value >= 0) {
      checkInteger(value, 0, Number.MAX_SAFE_INTEGER)
      this.varint(value)
    } else {
      this.#varint64(toInt64(value))
    }
  }

  fixed32(tag: number, value: number): void {
    if (value === 0) return
    checkInteger(value, 0, TWO_TO_32 - 1)
    this.reserve(9)
    this.varint(tag)
    this.view.setUint32(this.at, value, true)
    this.at += 4
  }

  /** Times: 8 bytes without sign. */
  time(tag: number, value: bigint): void {
    if (value === 0n) return
    checkTime(value)
    this.reserve(13)
    this.varint(tag)
    this.view.setBigUint64(this.at, value, true)
    this.at += 8
  }

  /** The same as seconds and nanoseconds since 1970. What is before 1970 or no number becomes 0. */
  timeParts(tag: number, seconds: number, nanos: number): void {
    this.reserve(13)
    this.varint(tag)
    writeTime(this.view, this.at, seconds, nanos)
    this.at += 8
  }

  /** A `KeyValue` whose value is text, in one go where both are short and ASCII. */
  textPair(tag: number, key: string, value: string): void {
    const length = key.length + value.length
    if (key !== '' && length <= SHORT_PAIR) {
      this.reserve(12 + length)
      const end = writeTextPair(this.bytes, this.at, tag, key, value)
      if (end > 0) {
        this.at = end
        return
      }
    }
    const start = this.open(tag)
    this.text(10, key)
    const valueStart = this.open(18)
    this.textAlways(10, value)
    this.close(valueStart)
    this.close(start)
  }

  /** A `KeyValue` whose value is a number of the API: an integer if it is one. */
  numberPair(tag: number, key: string, value: number): void {
    // -0 is no integer on the wire.
    const isSmall = value > 0 && value <= LARGEST_SMALL && (value | 0) === value
    if (isSmall && this.#shortPair(tag, key, 24, value)) return
    const pair = this.open(tag)
    this.text(10, key)
    const valueStart = this.open(18)
    if (isIntegerOnWire(value)) this.int64Always(24, value)
    else this.doubleAlways(33, value)
    this.close(valueStart)
    this.close(pair)
  }

  booleanPair(tag: number, key: string, value: boolean): void {
    if (this.#shortPair(tag, key, 16, value ? 1 : 0)) return
    const pair = this.open(tag)
    this.text(10, key)
    const valueStart = this.open(18)
    this.booleanAlways(16, value)
    this.close(valueStart)
    this.close(pair)
  }

  /** Counts: 8 bytes without sign. */
  fixed64(tag: number, value: number): void {
    if (value === 0) return
    this.reserve(13)
    this.varint(tag)
    this.#fixed64(value)
  }

  sfixed64Always(tag: number, value: number | bigint): void {
    this.reserve(13)
    this.varint(tag)
    this.view.setBigInt64(this.at, toInt64(value), true)
    this.at += 8
  }

  double(tag: number, value: number): void {
    if (!Object.is(value, 0)) this.doubleAlways(tag, value)
  }

  doubleAlways(tag: number, value: number): void {
    this.reserve(13)
    this.varint(tag)
    this.view.setFloat64(this.at, value, true)
    this.at += 8
  }

  packedFixed64(tag: number, values: readonly number[]): void {
    if (values.length === 0) return
    this.#packedHead(tag, values.length * 8)
    for (const value of values) this.#fixed64(value)
  }

  packedDouble(tag: number, values: readonly number[]): void {
    if (values.length === 0) return
    this.#packedHead(tag, values.length * 8)
    for (const value of values) {
      this.view.setFloat64(this.at, value, true)
      this.at += 8
    }
  }

  packedUint64(tag: number, values: readonly number[]): void {
    if (values.length === 0) return
    const start = this.open(tag)
    for (const value of values) {
      this.reserve(10)
      if (checkCount(value) === TWO_TO_64) this.#varint64(LARGEST_UINT64)
      else this.varint(value)
    }
    this.close(start)
  }

  #packedHead(tag: number, byteLength: number): void {
    this.reserve(15 + byteLength)
    this.varint(tag)
    this.varint(byteLength)
  }

  #fixed64(value: number): void {
    const isLargest = checkCount(value) === TWO_TO_64
    this.view.setUint32(this.at, isLargest ? TWO_TO_32 - 1 : value % TWO_TO_32, true)
    this.view.setUint32(this.at + 4, isLargest ? TWO_TO_32 - 1 : Math.floor(value / TWO_TO_32), true)
    this.at += 8
  }

  #shortPair(tag: number, key: string, field: 16 | 24, value: number): boolean {
    if (key === '' || key.length > SHORT_TEXT) return false
    this.reserve(20 + key.length)
    const end = writeNumberPair(this.bytes, this.at, tag, key, field, value)
    if (end > 0) this.at = end
    return end > 0
  }

  #shortAscii(value: string): boolean {
    const end = writeShortAscii(this.bytes, this.at, value)
    if (end > 0) this.at = end
    return end > 0
  }

  #varint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    while (rest >= 0x80n) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.bytes[this.at++] = Number(rest)
  }
}

function hexDigit(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit <= 0x39 ? unit - 0x30 : (unit | 0x20) - 0x57
}
