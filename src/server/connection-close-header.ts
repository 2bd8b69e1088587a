import type { OutgoingHttpHeaders } from 'node:http'

import type { OpenRequest } from './tracked-connection.ts'

type HeaderPair = readonly [name: string, value: unknown]
/** What `writeHead` takes as headers: an object, a flat list of names and values, or a list of pairs. */
export type HeadersArgument = OutgoingHttpHeaders | readonly unknown[] | readonly HeaderPair[]

const REPLACED = new Set(['connection', 'keep-alive'])
const isReplaced = (name: unknown): boolean => typeof name === 'string' && REPLACED.has(name.toLowerCase())

/** The same headers, in the same shape and order, with `Connection: close` as the only word on the connection. */
export function withConnectionClose(headers: HeadersArgument): HeadersArgument {
  if (!Array.isArray(headers)) {
    const kept = Object.entries(headers).filter(([name]) => !isReplaced(name))
    return { ...Object.fromEntries(kept), Connection: 'close' }
  }
  if (Array.isArray(headers[0])) {
    return [...(headers as readonly HeaderPair[]).filter(([name]) => !isReplaced(name)), ['Connection', 'close']]
  }
  const flat: unknown[] = []
  for (let index = 0; index < headers.length; index += 2) {
    if (!isReplaced(headers[index])) flat.push(headers[index], headers[index + 1])
  }
  return [...flat, 'Connection', 'close']
}

/**
 * Makes the answer to `entry` say `Connection: close`, decided at the moment when its headers are written, whatever the
 * handler says about the connection. Answers that are followed by another one on the same connection (pipelining) say
 * nothing: a client has to take the first `close` as the end (RFC 9112 §9.6), and the others would be lost.
 *
 * @param onClose called when the answer is about to say it
 * @param onWritten called when the headers of the answer are written, whatever they say
 */
export function sayCloseWhenWritten(entry: OpenRequest, onClose: () => void, onWritten: () => void): void {
  const { response, connection } = entry
  if (response.headersSent) return
  const original = response.writeHead.bind(response) as (...args: unknown[]) => typeof response
  const writeHead = (...args: unknown[]): typeof response => {
    original(...args)
    onWritten()
    return response
  }
  const replacement = (...args: unknown[]): typeof response => {
    const [status] = args
    // 101 hands the connection to another protocol: its `Connection` header means something else.
    if (response.headersSent || status === 101 || !connection.isLast(entry)) return writeHead(...args)
    onClose()
    const index = headersIndex(args)
    const headers = args[index] as HeadersArgument | null | undefined
    if (headers !== undefined && headers !== null) args[index] = withConnectionClose(headers)
    // Setting a header makes Node merge both sources, which it can't for a list of pairs, so only when it has to.
    if (headers === undefined || headers === null || response.hasHeader('connection')) {
      response.setHeader('Connection', 'close')
    }
    if (response.hasHeader('keep-alive')) response.removeHeader('keep-alive')
    return writeHead(...args)
  }
  response.writeHead = replacement
  // Its name from before Node 26.
  if ('writeHeader' in response) response.writeHeader = replacement
}

/** Which argument of `writeHead` Node takes for the headers: the third, unless there is none and the second is no reason. */
function headersIndex(args: readonly unknown[]): 1 | 2 {
  return typeof args[1] === 'string' || (args[2] !== undefined && args[2] !== null) ? 2 : 1
}
