import { pathOf } from './request-name.ts'

/** The two parts of a request target that a probe or an admin route looks at. */
export interface RequestTarget {
  readonly path: string
  readonly query: URLSearchParams
}

/** Reads any request target, never throws. */
export function parseTarget(target: string | undefined): RequestTarget {
  const text = target ?? '/'
  const mark = text.indexOf('?')
  return { path: pathOf(text), query: new URLSearchParams(mark === -1 ? '' : text.slice(mark + 1)) }
}
