import type { TraceState } from '@opentelemetry/api'
import { OT_KEY } from './threshold.ts'

const TWO_TO_28 = 2 ** 28
const HEX_DIGITS = 14

/**
 * The sampling numbers in the `ot` entry of a `tracestate`, read without making a single object. A reader is filled anew
 * by each {@link OtReader.read}.
 *
 * A threshold is 1 to 14 hexadecimal digits, followed by zeros that are not written; a random number is exactly 14. What is
 * anything else counts as absent.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/#pre-defined-opentelemetry-sub-keys
 */
export class OtReader {
  hasThreshold = false
  thresholdHigh24 = 0
  thresholdLow32 = 0
  hasRandomness = false
  randomHigh24 = 0
  randomLow32 = 0
  /** Whether there is a `th:` at all, be it one that cannot be read. */
  mentionsThreshold = false
  #high = 0
  #low = 0

  read(entry: string): void {
    this.hasThreshold = false
    this.hasRandomness = false
    this.mentionsThreshold = false
    const { length } = entry
    for (let start = 0; start < length;) {
      const semicolon = entry.indexOf(';', start)
      const end = semicolon === -1 ? length : semicolon
      if (entry.startsWith('th:', start)) this.#readThreshold(entry, start + 3, end)
      else if (entry.startsWith('rv:', start)) this.#readRandomness(entry, start + 3, end)
      start = end + 1
    }
  }

  #readThreshold(entry: string, start: number, end: number): void {
    // Keys are unique: with two thresholds, nobody knows which one holds.
    this.hasThreshold = !this.mentionsThreshold && this.#readHex(entry, start, end)
    this.mentionsThreshold = true
    this.thresholdHigh24 = this.#high
    this.thresholdLow32 = this.#low
  }

  #readRandomness(entry: string, start: number, end: number): void {
    this.hasRandomness = end - start === HEX_DIGITS && this.#readHex(entry, start, end)
    this.randomHigh24 = this.#high
    this.randomLow32 = this.#low
  }

  /** 1 to 14 digits, as if zeros followed up to 14, in two halves: 7 digits each, then 24 and 32 bits. */
  #readHex(entry: string, start: number, end: number): boolean {
    const length = end - start
    if (length < 1 || length > HEX_DIGITS) return false
    let front = 0
    let back = 0
    for (let index = 0; index < HEX_DIGITS; index++) {
      const digit = index < length ? hexDigit(entry.charCodeAt(start + index)) : 0
      if (digit < 0) return false
      if (index < 7) front = front * 16 + digit
      else back = back * 16 + digit
    }
    this.#high = Math.floor(front / 16)
    this.#low = (front % 16) * TWO_TO_28 + back
    return true
  }
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  const letter = unit | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/**
 * `state` with the threshold `text`, or with none. All else stays: the other numbers of OpenTelemetry, `rv` among them, and
 * the entries of others.
 */
export function withThreshold(state: TraceState | undefined, text: string | undefined): TraceState | undefined {
  if (state === undefined) return undefined
  const entry = state.get(OT_KEY)
  if (entry === undefined && text === undefined) return state
  const parts = (entry ?? '').split(';').filter((part) => part !== '' && !part.startsWith('th:'))
  if (text !== undefined) parts.push(`th:${text}`)
  const next = parts.join(';')
  if (next === entry) return state
  if (next !== '') {
    const changed = state.set(OT_KEY, next)
    if (changed.get(OT_KEY) === next) return changed
    // There was no room for it, and a state then stays as it was, with what was false in it.
    if (entry === undefined) return state
  }
  const without = state.unset(OT_KEY)
  return without.serialize() === '' ? undefined : without
}

/** `state` without a threshold: the probability of what it travels with is not known. */
export function withoutThreshold(state: TraceState | undefined): TraceState | undefined {
  return withThreshold(state, undefined)
}
