import type { AttributeValue } from '../otlp/model.ts'

/** The body of a log record as one text: itself when it is one, else JSON (64-bit integers as text, bytes in base64). */
export function bodyText(body: AttributeValue): string {
  return typeof body === 'string' ? body : JSON.stringify(toJsonValue(body))
}

function toJsonValue(value: AttributeValue): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toJsonValue)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJsonValue(member)]))
}
