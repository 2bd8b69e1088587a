import type { OutgoingHttpHeaders } from 'node:http2'

/** What `session.request()` takes: an object, from Node 24 on also names and values by turns, or nothing at all. */
export type RequestHeaders = OutgoingHttpHeaders | readonly string[] | undefined

/** @param name in lower case */
export function readRequestHeader(headers: RequestHeaders, name: string): string | undefined {
  if (headers === undefined) return undefined
  if (Array.isArray(headers)) {
    const index = indexOfName(headers as readonly string[], name)
    return index === -1 ? undefined : String(headers[index + 1])
  }
  for (const [key, value] of Object.entries(headers)) {
    if (key.length === name.length && key.toLowerCase() === name && value !== undefined) return String(value)
  }
  return undefined
}

/** A copy with `added`, in place of what has the same name; the caller's own object stays as it is. */
export function withHeaders(headers: RequestHeaders, added: Readonly<Record<string, string>>): RequestHeaders {
  if (Array.isArray(headers)) {
    const list = [...(headers as readonly string[])]
    for (const [name, value] of Object.entries(added)) {
      const index = indexOfName(list, name)
      if (index === -1) list.push(name, value)
      else list[index + 1] = value
    }
    return list
  }
  // The symbol by which a caller marks headers as sensitive comes along.
  const copy: OutgoingHttpHeaders = { ...(headers as OutgoingHttpHeaders | undefined) }
  for (const name of Object.keys(copy)) if (Object.hasOwn(added, name.toLowerCase())) Reflect.deleteProperty(copy, name)
  return Object.assign(copy, added)
}

function indexOfName(list: readonly string[], name: string): number {
  return list.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
}
