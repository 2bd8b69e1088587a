import type { Attributes, AttributeValue } from 'seaworthy/testing'

/** Below it a port was written into the program. */
const FIRST_DRAWN_PORT = 1024

/** Attributes by name, as text, in the order of their names. */
export function normalAttributes(attributes: Attributes): Record<string, string> {
  const entries = Object.entries(attributes).map(([key, value]) => [key, normalValue(key, value)] as const)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** A value as text that tells types apart, without what differs from run to run. */
export function normalValue(key: string, value: AttributeValue | undefined): string {
  if (key.endsWith('.port') && Number(value) > FIRST_DRAWN_PORT) return `a port, as ${typeof value}`
  // Where it was thrown is the same, by how many of whose frames is not.
  if (key === 'exception.stacktrace' && typeof value === 'string')
    return `${normalText(value.split('\n', 1)[0] ?? '')} …`
  if (key === 'thread.id' || key.endsWith('.pid')) return 'a number'
  if (typeof value === 'string') return JSON.stringify(normalText(value))
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)) ?? 'nothing'
}

/** Ports of this run in addresses and texts. */
export function normalText(text: string): string {
  return text.replaceAll(/(?<=(?:127\.0\.0\.1|localhost|\[::1\]):)\d{4,5}/g, 'port')
}
