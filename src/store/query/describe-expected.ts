const MAX_LENGTH = 120

/** The value of a condition, for messages: short, on one line, never failing. */
export function describeExpected(expected: unknown): string {
  const text = write(expected)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

function write(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString()
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${write(part)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}
