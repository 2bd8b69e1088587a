import type { ServerHttp2Stream } from 'node:http2'

/**
 * Keeps a stream as it began while nobody can listen to it yet. Node says two things of a stream only once: that it has
 * ended, when the client says so after the headers and there was no body, and its trailers. Whoever comes a turn later
 * would wait for them for ever.
 *
 * @returns lets it go: to be called right before its listeners get it. They are told what they have missed.
 */
export function withhold(stream: ServerHttp2Stream): () => void {
  const read = Object.getOwnPropertyDescriptor(stream, 'read')
  let wasRead = false
  // To end a stream that has nothing to read, Node reads from it.
  stream.read = () => {
    wasRead = true
    return null
  }
  let trailers: readonly unknown[] | undefined
  const onTrailers = (...args: unknown[]): void => void (trailers = args)
  stream.on('trailers', onTrailers)
  return () => {
    if (read === undefined) Reflect.deleteProperty(stream, 'read')
    else Object.defineProperty(stream, 'read', read)
    stream.off('trailers', onTrailers)
    // Behind its listeners and ahead of what they read: who is told of the end expects to have the trailers.
    if (trailers !== undefined) process.nextTick(() => stream.emit('trailers', ...(trailers ?? [])))
    // Behind those, too, that come after a promise.
    if (wasRead) setImmediate(() => void stream.read(0))
  }
}
