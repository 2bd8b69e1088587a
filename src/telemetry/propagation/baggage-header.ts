import { type Baggage, type BaggageEntry, baggageEntryMetadataFromString, propagation } from '@opentelemetry/api'
import { trimOws } from './field-text.ts'
import { decodePercent, encodePercent } from './percent-text.ts'

/** Limits of the specification, which everyone on the way must be able to pass on. */
const MAX_MEMBERS = 180
const MAX_MEMBER_LENGTH = 4096
const MAX_LENGTH = 8192

/** What HTTP calls a token. */
const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/
/** What may stand in the properties of a member: printable, and no comma, which would begin another member. */
const PROPERTIES = /^[\t\x20-\x2b\x2d-\x7e]*$/

/**
 * Reads a `baggage` header. A member that is invalid, too long, or one too many is left out as a whole; the others stay.
 * When a key comes twice, the later one counts.
 *
 * @param header several headers joined by commas
 * @returns `undefined` when nothing is in it
 * @see https://www.w3.org/TR/baggage/
 */
export function readBaggage(header: string): Baggage | undefined {
  const entries = Object.create(null) as Record<string, BaggageEntry>
  let count = 0
  let length = 0
  let start = 0
  while (start < header.length && count < MAX_MEMBERS) {
    const comma = header.indexOf(',', start)
    const end = comma === -1 ? header.length : comma
    const memberLength = end - start + (count === 0 ? 0 : 1)
    if (end - start <= MAX_MEMBER_LENGTH && length + memberLength <= MAX_LENGTH) {
      if (readMember(header.slice(start, end), entries)) {
        count++
        length += memberLength
      }
    }
    start = end + 1
  }
  return count === 0 ? undefined : propagation.createBaggage(entries)
}

/** Writes a `baggage` header; an empty text when there is nothing to send. What does not fit is left out as a whole. */
export function writeBaggage(baggage: Baggage): string {
  let text = ''
  let count = 0
  for (const [key, { value, metadata }] of baggage.getAllEntries()) {
    if (count === MAX_MEMBERS) break
    if (key === '' || typeof value !== 'string') continue
    let member = `${encodePercent(key)}=${encodePercent(value)}`
    if (metadata !== undefined) {
      const properties = metadata.toString()
      if (!PROPERTIES.test(properties)) continue
      member += `;${properties}`
    }
    const length = count === 0 ? member.length : text.length + 1 + member.length
    if (member.length > MAX_MEMBER_LENGTH || length > MAX_LENGTH) continue
    text = count === 0 ? member : `${text},${member}`
    count++
  }
  return text
}

function readMember(text: string, entries: Record<string, BaggageEntry>): boolean {
  const semicolon = text.indexOf(';')
  const pair = semicolon === -1 ? text : text.slice(0, semicolon)
  const equals = pair.indexOf('=')
  if (equals === -1) return false
  const key = trimOws(pair.slice(0, equals))
  if (!TOKEN.test(key)) return false
  const value = decodePercent(trimOws(pair.slice(equals + 1)))
  const properties = semicolon === -1 ? '' : text.slice(semicolon + 1)
  entries[decodePercent(key)] =
    properties === '' ? { value } : { value, metadata: baggageEntryMetadataFromString(properties) }
  return true
}
