import type { ClientRequest } from 'node:http'
import type { ContextHeaders } from './outgoing-context.ts'

/** Headers that were given as a list are put into their final form at once, and only these fields know it. */
interface RenderedRequest {
  _header: string | null
  readonly _headerSent: boolean
}

const END = '\r\n\r\n'

/**
 * Adds headers to a request that was just made. One whose headers were given as a list (`['Host', 'x']`) has them
 * rendered already and refuses `setHeader()`, so they are put into the rendered text. One that has sent them already is
 * left alone: its context ends here.
 */
export function addHeaders(request: ClientRequest, headers: ContextHeaders): void {
  const rendered = request as unknown as RenderedRequest
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string
    const value = headers[index + 1] as string
    if (typeof rendered._header !== 'string') {
      request.setHeader(name, value)
    } else if (
      !rendered._headerSent &&
      rendered._header.endsWith(END) &&
      findHeader(rendered._header, name) === undefined
    ) {
      rendered._header = `${rendered._header.slice(0, -END.length)}\r\n${name}: ${value}${END}`
    }
  }
}

/** A header of a request, however it was given; `name` in lower case. */
export function readHeader(request: ClientRequest, name: string): string | undefined {
  const { _header: rendered } = request as unknown as RenderedRequest
  const set = request.getHeader(name)
  if (set !== undefined) return String(set)
  return typeof rendered === 'string' ? findHeader(rendered, name) : undefined
}

function findHeader(rendered: string, name: string): string | undefined {
  for (const line of rendered.split('\r\n').slice(1)) {
    const split = line.indexOf(':')
    if (line.slice(0, split).toLowerCase() === name) return line.slice(split + 1).trim()
  }
  return undefined
}
