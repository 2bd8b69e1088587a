import { Buffer } from 'node:buffer'
import { describeKind } from '../core/option-reader.ts'
import { EMPTY_LIST } from './attribute-bag.ts'
import { measureJson } from './json-structure.ts'
import { MAX_ITEMS, MAX_JSON_DEPTH, MAX_JSON_STRUCTURES, MAX_VALUES } from './limits.ts'
import { malformed } from './malformed.ts'
import { quoteBigIntegers } from './quote-big-integers.ts'

export type JsonObject = Readonly<Record<string, unknown>>

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const UINT64 = { min: 0n, max: 2n ** 64n - 1n }
const DECIMAL = /^-?\d+$/
const NUMERIC = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const HEX = /^[\da-f]*$/
const ZEROS = /^0*$/
const BASE64 = /^[\w+/-]*={0,2}$/

/**
 * Reads fields of the JSON form of OTLP. A field that is absent or `null` has its default. Integers of every width may
 * be numbers or strings of digits, doubles also the strings `NaN`, `Infinity` and `-Infinity`; ids are hexadecimal in
 * either case, other bytes base64; enums are integers only. Fields that nobody asks for are never looked at.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_MALFORMED` from every method, and nothing else
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * @see https://protobuf.dev/programming-guides/json/
 */
export class JsonReader {
  readonly #what: string
  readonly #path: (string | number)[] = []
  #items = 0
  #values = 0

  /** `what` is for error messages: the name of the whole. */
  constructor(what: string) {
    this.#what = what
  }

  /** Parses a text whose outermost value is an object, exact for integers of 64 bits. */
  parse(text: string): JsonObject {
    if (text.length > MAX_JSON_DEPTH) this.#checkStructure(text)
    let value: unknown
    try {
      value = JSON.parse(quoteBigIntegers(text))
    } catch (error) {
      // The parser's own message quotes the text, and telemetry can hold anything: only the place is passed on.
      const at = /position (\d+)/.exec(String(error))?.[1]
      throw malformed(this.#what, '', at === undefined ? 'not valid JSON' : `not valid JSON near character ${at}`)
    }
    if (!isObject(value)) this.fail(`expected an object, got ${describeKind(value)}`)
    return value
  }

  /** Reads an object inside `parent`, or returns `absent`. */
  object<T>(parent: JsonObject, name: string, read: (reader: JsonReader, object: JsonObject) => T, absent: T): T {
    const value = parent[name]
    if (value === undefined || value === null) return absent
    this.#path.push(name)
    if (!isObject(value)) this.fail(`expected an object, got ${describeKind(value)}`)
    const result = read(this, value)
    this.#path.pop()
    return result
  }

  /** Reads a list of objects inside `parent`. Each counts towards {@link MAX_ITEMS}. */
  items<T>(parent: JsonObject, name: string, read: (reader: JsonReader, object: JsonObject) => T): readonly T[] {
    return this.list(parent, name, (value) => {
      if (++this.#items > MAX_ITEMS) this.fail(`more than ${MAX_ITEMS} items in one request`)
      return read(this, this.expectObject(value))
    })
  }

  /** Reads a list of anything inside `parent`. Each element counts towards {@link MAX_VALUES}. */
  values<T>(parent: JsonObject, name: string, read: (value: unknown) => T): readonly T[] {
    return this.list(parent, name, (value) => {
      if (++this.#values > MAX_VALUES) this.fail(`more than ${MAX_VALUES} attributes and values in one request`)
      return read(value)
    })
  }

  list<T>(parent: JsonObject, name: string, read: (value: unknown) => T): readonly T[] {
    const value = parent[name]
    if (value === undefined || value === null) return EMPTY_LIST
    this.#path.push(name)
    if (!Array.isArray(value)) this.fail(`expected a list, got ${describeKind(value)}`)
    const result: T[] = []
    for (let index = 0; index < value.length; index++) {
      this.#path.push(index)
      result.push(read(value[index]))
      this.#path.pop()
    }
    this.#path.pop()
    return result.length === 0 ? EMPTY_LIST : result
  }

  expectObject(value: unknown): JsonObject {
    if (!isObject(value)) this.fail(`expected an object, got ${describeKind(value)}`)
    return value
  }

  text(parent: JsonObject, name: string): string {
    const value = parent[name] ?? ''
    if (typeof value !== 'string') this.#mismatch(name, 'a string', value)
    // Half a surrogate pair, as texts that were cut have it, has no UTF-8 form: encoders write U+FFFD for it.
    return value.isWellFormed() ? value : value.toWellFormed()
  }

  boolean(parent: JsonObject, name: string): boolean {
    const value = parent[name] ?? false
    if (typeof value !== 'boolean') this.#mismatch(name, 'true or false', value)
    return value
  }

  uint32(parent: JsonObject, name: string): number {
    return this.#integer32(parent, name, 0, 0xffff_ffff)
  }

  int32(parent: JsonObject, name: string): number {
    return this.#integer32(parent, name, -0x8000_0000, 0x7fff_ffff)
  }

  /** Only an integer: OTLP allows no names of enum values. A number without a name is kept. */
  enum(parent: JsonObject, name: string): number {
    if (typeof (parent[name] ?? 0) !== 'number') this.#mismatch(name, 'an integer', parent[name])
    return this.int32(parent, name)
  }

  /** 64 bits with sign: a `bigint` beyond 2^53. */
  int64(parent: JsonObject, name: string): number | bigint {
    const value = this.#integer64(parent, name, INT64)
    // JSON has a negative zero, integers have none: adding 0 takes the sign away.
    return Number.isSafeInteger(Number(value)) ? Number(value) + 0 : BigInt(value)
  }

  /** 64 bits without sign, rounded beyond 2^53. */
  uint64(parent: JsonObject, name: string): number {
    return Number(this.#integer64(parent, name, UINT64)) + 0
  }

  /** 64 bits without sign, exact. */
  time(parent: JsonObject, name: string): bigint {
    return BigInt(this.#integer64(parent, name, UINT64))
  }

  /** `null` is NaN: `JSON.stringify` writes it for every number that JSON has no form for. */
  double(parent: JsonObject, name: string): number {
    const value = parent[name]
    if (typeof value === 'number') return value
    if (value === undefined) return 0
    if (value === null || value === 'NaN') return Number.NaN
    if (value === 'Infinity') return Number.POSITIVE_INFINITY
    if (value === '-Infinity') return Number.NEGATIVE_INFINITY
    if (typeof value === 'string' && NUMERIC.test(value)) return Number(value)
    return this.#mismatch(name, 'a number', value)
  }

  /** A double that may be missing; `null` says so as well. */
  optionalDouble(parent: JsonObject, name: string): number | undefined {
    return (parent[name] ?? undefined) === undefined ? undefined : this.double(parent, name)
  }

  /** As in protobuf: lowercase, empty when empty or all zeros; any other length than `byteLength` is refused. */
  id(parent: JsonObject, name: string, byteLength: 8 | 16): string {
    const id = this.text(parent, name).toLowerCase()
    if (id === '') return id
    if (id.length !== byteLength * 2 || !HEX.test(id)) {
      this.#path.push(name)
      this.fail(`expected ${byteLength * 2} hexadecimal digits or none, got ${id.length} characters`)
    }
    return ZEROS.test(id) ? '' : id
  }

  /** Base64 of either alphabet, with or without padding. */
  bytes(parent: JsonObject, name: string): Uint8Array {
    const text = this.text(parent, name)
    if (!BASE64.test(text) || text.replace(/=+$/, '').length % 4 === 1) this.#mismatch(name, 'base64', text)
    return new Uint8Array(Buffer.from(text, 'base64'))
  }

  /** Throws, naming the place where reading is. */
  fail(reason: string): never {
    let path = ''
    for (const part of this.#path) path += typeof part === 'number' ? `[${part}]` : `${path === '' ? '' : '.'}${part}`
    throw malformed(this.#what, path, reason)
  }

  #checkStructure(text: string): void {
    const { count, depth } = measureJson(text)
    if (depth > MAX_JSON_DEPTH) this.fail(`objects and lists nested more than ${MAX_JSON_DEPTH} levels deep`)
    if (count > MAX_JSON_STRUCTURES) this.fail(`more than ${MAX_JSON_STRUCTURES} objects and lists in one request`)
  }

  #mismatch(name: string, expected: string, value: unknown): never {
    this.#path.push(name)
    this.fail(`expected ${expected}, got ${describeKind(value)}`)
  }

  #integer32(parent: JsonObject, name: string, min: number, max: number): number {
    const value = parent[name] ?? 0
    const number = typeof value === 'string' && NUMERIC.test(value) ? Number(value) : value
    if (typeof number !== 'number') return this.#mismatch(name, 'an integer', value)
    if (!Number.isInteger(number) || number < min || number > max) this.#outOfRange(name, min, max)
    return number + 0
  }

  #integer64(parent: JsonObject, name: string, range: typeof INT64): number | bigint {
    const value = parent[name] ?? 0
    let integer: number | bigint | undefined
    if (typeof value === 'number') integer = value
    else if (typeof value === 'string' && value.length <= 40) {
      if (DECIMAL.test(value)) integer = BigInt(value)
      else if (NUMERIC.test(value)) integer = Number(value)
    }
    if (integer === undefined) return this.#mismatch(name, 'an integer', value)
    if (typeof integer === 'number' && !Number.isInteger(integer)) return this.#mismatch(name, 'an integer', value)
    if (integer < range.min || integer > range.max) this.#outOfRange(name, range.min, range.max)
    return integer
  }

  #outOfRange(name: string, min: number | bigint, max: number | bigint): never {
    this.#path.push(name)
    this.fail(`expected an integer from ${min} to ${max}`)
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
