import { connect, isIP, type Socket } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
import type { Limit } from './attempt.ts'
import { openTunnel } from './connect-tunnel.ts'
import type { Endpoint, ProxyEndpoint } from './endpoint.ts'
import { opened } from './opened.ts'

/** TCP finds an end that vanished after about two minutes, and what lies between keeps the connection in its tables. */
const TCP_KEEP_ALIVE_MS = 15_000

/** How to get to the other end. */
export interface Route {
  readonly target: Endpoint
  readonly proxy: ProxyEndpoint | undefined
  /** Through a tunnel of the proxy; without, the connection ends at the proxy, which passes requests on. */
  readonly isTunnelled: boolean
  /** What is spoken, for TLS to agree on. */
  readonly alpn: 'http/1.1' | 'h2'
  /** Certificates as they are now. */
  readonly secureContext: () => Promise<SecureContext>
}

/**
 * Opens a connection: name lookup, TCP, a proxy's tunnel, TLS. It ends with `limit`, whatever it is doing then.
 *
 * @throws the error of the socket, or {@link ProxyError}
 */
export async function dial(route: Route, limit: Limit): Promise<Socket> {
  const { target, proxy } = route
  if (proxy === undefined) {
    const socket = await openTcp(target, limit)
    return target.isTls ? await secure(socket, target, route, limit) : socket
  }
  let socket = await atProxy(proxy, () => openTcp(proxy, limit))
  if (proxy.isTls) {
    const plain = socket
    socket = await atProxy(proxy, () => openTls(plain, proxy, { ALPNProtocols: ['http/1.1'] }, limit))
  }
  if (!route.isTunnelled) return socket
  await openTunnel(socket, target, proxy, limit)
  return target.isTls ? await secure(socket, target, route, limit) : socket
}

/** What goes wrong there is not the collector's fault, and must not look like it. */
async function atProxy<T>(proxy: ProxyEndpoint, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new ProxyError(proxy, error)
  }
}

/** The proxy can't be reached. */
export class ProxyError extends Error {
  readonly proxy: ProxyEndpoint

  constructor(proxy: ProxyEndpoint, cause: unknown) {
    super(`the proxy ${proxy.authority} of ${proxy.variable} cannot be reached`, { cause })
    this.proxy = proxy
  }
}

function openTcp({ host, port, authority }: Endpoint, limit: Limit): Promise<Socket> {
  limit.stage = `connecting to ${authority}`
  const socket = connect({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
  })
  // Who waits for an answer keeps the process alive, where it must be: what is on disk can wait for the next process.
  socket.unref()
  return opened(socket, 'connect', limit)
}

async function secure(socket: Socket, target: Endpoint, route: Route, limit: Limit): Promise<TLSSocket> {
  const secureContext = await route.secureContext()
  return await openTls(socket, target, { secureContext, ALPNProtocols: [route.alpn] }, limit)
}

function openTls(
  socket: Socket,
  { host, authority }: Endpoint,
  options: { readonly secureContext?: SecureContext; readonly ALPNProtocols: string[] },
  limit: Limit,
): Promise<TLSSocket> {
  limit.stage = `the TLS handshake with ${authority}`
  // The name goes into the handshake so that a server of many names shows the right certificate; an address may not.
  const servername = isIP(host) === 0 ? { servername: host } : {}
  const secured = process
    .getBuiltinModule('node:tls')
    .connect({ socket, host, ...servername, ...options, rejectUnauthorized: true })
  return opened(secured, 'secureConnect', limit)
}
