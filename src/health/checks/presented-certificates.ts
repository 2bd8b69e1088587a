import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { PeerCertificate } from 'node:tls'

export interface TlsAddress {
  readonly host: string
  readonly port: number
  readonly servername: string
}

/** A server that presents more would do it to hurt. */
const MAX_CHAIN = 16

/**
 * What a server presents, its own certificate first. It need not be trusted: that one has ended is just what is to be
 * told. Nothing is sent but the handshake, and nothing that is received is believed.
 */
export function presentedCertificates(
  { host, port, servername }: TlsAddress,
  signal: AbortSignal,
): Promise<readonly X509Certificate[]> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const name = isIP(servername) === 0 ? { servername } : {}
    const socket = process.getBuiltinModule('node:tls').connect({ host, port, ...name, rejectUnauthorized: false })
    const giveUp = (): void => void socket.destroy(signal.reason)
    const end = (): void => signal.removeEventListener('abort', giveUp)
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('secureConnect', () => {
      end()
      const chain = chainOf(socket.getPeerCertificate(true))
      socket.destroy()
      resolve(chain)
    })
    socket.on('error', (error) => {
      end()
      reject(error)
    })
    socket.once('close', () => {
      end()
      reject(new Error('the connection was closed before the handshake'))
    })
  })
}

function chainOf(first: PeerCertificate): readonly X509Certificate[] {
  const { X509Certificate: Certificate } = process.getBuiltinModule('node:crypto')
  const chain: X509Certificate[] = []
  const seen = new Set<PeerCertificate>()
  let next: PeerCertificate | undefined = first
  while (next?.raw !== undefined && !seen.has(next) && chain.length < MAX_CHAIN) {
    seen.add(next)
    chain.push(new Certificate(next.raw))
    next = (next as { readonly issuerCertificate?: PeerCertificate }).issuerCertificate
  }
  return chain
}
