import { notEncodable } from './not-encodable.ts'

const HEX = /^[\da-f]*$/i

/** @throws {@link SeaworthyError} `SEA_OTLP_NOT_ENCODABLE` when `value` is no whole number from `min` to `max` */
export function checkInteger(value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw notEncodable(`a number that is not whole or not from ${min} to ${max}`)
  }
  return value
}

/** A count of 64 bits without sign. 2^64 is what the largest of them is rounded to when it is read as a `number`. */
export function checkCount(value: number): number {
  return checkInteger(value, 0, 2 ** 64)
}

/** An integer of 64 bits with sign. */
export function toInt64(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isInteger(value)) throw notEncodable('a fraction where an integer must be')
  const integer = BigInt(value)
  if (integer !== BigInt.asIntN(64, integer)) throw notEncodable('an integer beyond 64 bits')
  return integer
}

/** Nanoseconds since 1970, in 64 bits without sign. */
export function checkTime(value: bigint): bigint {
  if (value !== BigInt.asUintN(64, value)) throw notEncodable('a time before 1970 or beyond 64 bits')
  return value
}

/** An id in hexadecimal, of `byteLength` bytes or empty. */
export function checkId(value: string, byteLength: 8 | 16): string {
  if (value !== '' && (value.length !== byteLength * 2 || !HEX.test(value))) {
    throw notEncodable(`an id that is not ${byteLength * 2} hexadecimal digits`)
  }
  return value
}

/** Whether a `number` goes out as an integer: whole, exact, and not the negative zero, which only a double can hold. */
export function isIntegerOnWire(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}
