import type { OutgoingHttpHeaders } from 'node:http2'
import type { ContextHeaders } from './outgoing-context.ts'

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
export function withHeaders(headers: RequestHeaders, added: ContextHeaders): RequestHeaders {
  if (Array.isArray(headers)) {
    const list = [...(headers as readonly string[])]
    for (let at = 0; at < added.length; at += 2) {
      const index = indexOfName(list, added[at] as string)
      if (index === -1) list.push(added[at] as string, added[at + 1] as string)
      else list[index + 1] = added[at + 1] as string
    }
    return list
  }
  // The symbol by which a caller marks headers as sensitive comes along.
  const copy: OutgoingHttpHeaders = { ...(headers as OutgoingHttpHeaders | undefined) }
  for (const name of Object.keys(copy)) {
    if (indexOfName(added, name.toLowerCase()) !== -1) Reflect.deleteProperty(copy, name)
  }
  for (let at = 0; at < added.length; at += 2) copy[added[at] as string] = added[at + 1]
  return copy
}

/** @param name in lower case */
function indexOfName(list: readonly string[], name: string): number {
  return list.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
}
