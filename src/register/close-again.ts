import type { Server } from 'node:net'

/**
 * Lets the application close a server that the drain has closed already: the first `close(callback)` gets its callback
 * without an error, and `'close'` is emitted, as if the application had been the first. A second one fails, as ever.
 *
 * Without it the callback would get `ERR_SERVER_NOT_RUNNING`, which most shutdown code takes for a failure.
 *
 * @returns a function that takes it back
 */
export function allowOneMoreClose(server: Server): () => void {
  const wasOwn = Object.getOwnPropertyDescriptor(server, 'close')
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the server below
  const original = server.close
  const restore = (): void => {
    if (server.close !== replacement) return
    Reflect.deleteProperty(server, 'close')
    if (wasOwn !== undefined) Object.defineProperty(server, 'close', wasOwn)
  }
  const replacement = function close(this: Server, callback?: (error?: Error) => void): Server {
    // Still open: the application is the first after all. An internal call, as that of the drain, has no callback.
    if (this.listening) return original.call(this, callback)
    restore()
    if (typeof callback === 'function') this.once('close', () => callback())
    return original.call(this)
  }
  server.close = replacement
  return restore
}
