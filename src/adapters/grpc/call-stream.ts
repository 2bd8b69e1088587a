import type { ServerHttp2Stream } from 'node:http2'

interface Nested {
  readonly nextCall?: Nested
  readonly stream?: ServerHttp2Stream
}

/** Interceptors wrap a call any number of times; at the bottom is the one that holds the stream. */
export function streamOf(call: object): ServerHttp2Stream | undefined {
  let level: Nested | undefined = (call as { readonly call?: Nested }).call
  while (level?.nextCall !== undefined) level = level.nextCall
  return level?.stream
}
