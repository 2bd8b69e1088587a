import type { AttributeValue } from '../../otlp/model.ts'

/**
 * An attribute value as one text: a text is itself, lists and maps are JSON, bytes are base64.
 *
 * @see https://opentelemetry.io/docs/specs/otel/common/#anyvalue-representation-for-non-otlp-protocols
 */
export function toAttributeText(value: AttributeValue): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (typeof value !== 'object') return String(value)
  if (value instanceof Uint8Array) return toBase64(value)
  return JSON.stringify(toPlain(value))
}

/** As JSON has it, which knows neither integers beyond 2^53 nor what is no number. */
function toPlain(value: AttributeValue): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return toBase64(value)
  if (Array.isArray(value)) return value.map(toPlain)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]))
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
