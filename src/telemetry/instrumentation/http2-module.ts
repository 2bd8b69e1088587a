import type * as Http2Module from 'node:http2'
import { type SocketMessage, whenBuiltinIsLoaded } from './builtin-module.ts'

export type { SocketMessage } from './builtin-module.ts'

/** What `node:http2` exports. */
export type Http2 = typeof Http2Module

/** Calls `use` with `node:http2` once this process has loaded it: that takes 2 to 10 ms, and most services never need it. */
export function whenHttp2IsLoaded(
  use: (http2: Http2, connection: SocketMessage | undefined) => void,
  onProblem: (error: unknown) => void,
): () => void {
  return whenBuiltinIsLoaded<Http2>('http2', use, onProblem)
}
