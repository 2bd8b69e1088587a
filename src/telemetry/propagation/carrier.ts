import type { TextMapGetter } from '@opentelemetry/api'

/**
 * The one value of a field; `undefined` when it is absent, no text, or there more than once, which for a field that
 * must come once is as good as none.
 */
export function readField(carrier: unknown, getter: TextMapGetter, name: string): string | undefined {
  const value: unknown = getter.get(carrier, name)
  if (typeof value === 'string') return value
  if (!Array.isArray(value) || value.length !== 1) return undefined
  const only: unknown = value[0]
  return typeof only === 'string' ? only : undefined
}

/** All values of a field that is a list, joined by commas, as HTTP joins them. */
export function readListField(carrier: unknown, getter: TextMapGetter, name: string): string | undefined {
  const value: unknown = getter.get(carrier, name)
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  return value.filter((part) => typeof part === 'string').join(',')
}
