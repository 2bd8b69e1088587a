import type { Socket } from 'node:net'
import type { Limit } from './attempt.ts'

/** The socket once it is open. It is destroyed when the limit comes first. */
export function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', limit: Limit): Promise<S> {
  // From here to its end, so that an error between two stages is no uncaught one.
  socket.on('error', () => {})
  return new Promise((resolve, reject) => {
    const onOpen = (): void => {
      stop()
      resolve(socket)
    }
    const onError = (error: Error): void => {
      stop()
      reject(error)
    }
    const onClose = (): void => onError(closedEarly())
    const stop = (): void => {
      release()
      socket.off(event, onOpen).off('error', onError).off('close', onClose)
    }
    socket.on(event, onOpen).on('error', onError).on('close', onClose)
    const release = limit.onEnd(() => socket.destroy())
  })
}

/** What Node calls a connection that ends where an answer was expected. */
export function closedEarly(): NodeJS.ErrnoException {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
}
