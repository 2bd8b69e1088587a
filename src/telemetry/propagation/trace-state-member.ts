/** One vendor's entry of a `tracestate`. */
export interface TraceStateMember {
  readonly key: string
  readonly value: string
}

/**
 * @see https://www.w3.org/TR/trace-context-1/#key: the narrower grammar of both levels, so that what is set here passes
 *   everywhere
 */
const KEY = /^(?:[a-z][_0-9a-z\-*/]{0,255}|[a-z0-9][_0-9a-z\-*/]{0,240}@[a-z][_0-9a-z\-*/]{0,13})$/
/** Printable ASCII but comma and equals sign, up to 256 characters, the last no space. */
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

export function isMember(key: string, value: string): boolean {
  return KEY.test(key) && VALUE.test(value)
}

/** How long a member is on the wire, without a comma. */
export function memberLength({ key, value }: TraceStateMember): number {
  return key.length + 1 + value.length
}
