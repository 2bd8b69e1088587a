import type { Socket } from 'node:net'
import type { Limit } from './attempt.ts'
import type { Endpoint, ProxyEndpoint } from './endpoint.ts'
import { closedEarly } from './opened.ts'

/** Largest answer to a CONNECT that is read. Proxies send a few lines; one that sends a page sends it after the headers. */
const MAX_HEAD_BYTES = 16 * 1024
const END_OF_HEAD = '\r\n\r\n'

/** The proxy answered, and not with a tunnel. */
export class TunnelError extends Error {}

/**
 * Has the proxy at the other end of a connection join it with another server. What that server sends first stays in the
 * socket. On failure the socket is destroyed.
 *
 * @throws {@link TunnelError}, or the error of the socket
 * @see https://www.rfc-editor.org/rfc/rfc9110#CONNECT
 */
export async function openTunnel(socket: Socket, target: Endpoint, proxy: ProxyEndpoint, limit: Limit): Promise<void> {
  limit.stage = `waiting for the proxy ${proxy.authority} to connect to ${target.authority}`
  const authorization = proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`
  socket.write(`CONNECT ${target.authority} HTTP/1.1\r\nHost: ${target.authority}\r\n${authorization}\r\n`)
  try {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(await readHead(socket, limit))?.[1]
    if (status?.startsWith('2') !== true) throw new TunnelError(describeRefusal(status, target, proxy))
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function readHead(socket: Socket, limit: Limit): Promise<string> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    const onReadable = (): void => {
      for (let piece = read(socket); piece !== undefined; piece = read(socket)) {
        received = Buffer.concat([received, piece])
        const end = received.indexOf(END_OF_HEAD)
        if (end !== -1) {
          stop()
          const rest = received.subarray(end + END_OF_HEAD.length)
          if (rest.length > 0) socket.unshift(rest)
          return resolve(received.toString('latin1', 0, end))
        }
        if (received.length > MAX_HEAD_BYTES) return onError(new TunnelError('the answer of the proxy has no end'))
      }
    }
    const onError = (error: Error): void => {
      stop()
      reject(error)
    }
    const onClose = (): void => onError(closedEarly())
    const stop = (): void => {
      release()
      socket.off('readable', onReadable).off('error', onError).off('end', onClose).off('close', onClose)
    }
    socket.on('readable', onReadable).on('error', onError).on('end', onClose).on('close', onClose)
    const release = limit.onEnd(() => socket.destroy())
  })
}

function read(socket: Socket): Buffer | undefined {
  return (socket.read() as Buffer | null) ?? undefined
}

function describeRefusal(status: string | undefined, target: Endpoint, proxy: ProxyEndpoint): string {
  const name = `the proxy ${proxy.authority} of ${proxy.variable}`
  if (status === undefined) return `${name} does not answer as a proxy for HTTP does`
  if (status === '407') return `${name} asks for credentials (407): put them into ${proxy.variable}`
  if (status === '403') return `${name} does not allow ${target.authority} (403): allow it there, or add it to NO_PROXY`
  return `${name} cannot connect to ${target.authority} (${status})`
}
