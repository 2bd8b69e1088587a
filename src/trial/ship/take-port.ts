import { createServer, type Server } from 'node:net'

/** A port on which we listen, so that nobody else can. */
export interface TakenPort extends AsyncDisposable {
  /** The addresses on which it is taken; none when somebody else has it. */
  readonly addresses: readonly string[]
}

/** Where a service on this machine is reached: on Linux, who listens there is in the way of all who want every address, too. */
const OWN = ['127.0.0.1', '::1'] as const
/** Elsewhere one address and every address go together. */
const EVERY = ['0.0.0.0', '::'] as const

/** Listens on a port of this machine, and hangs up on whoever calls. */
export async function takePort(port: number, { isLinux }: { readonly isLinux: boolean }): Promise<TakenPort> {
  const servers: Server[] = []
  const addresses: string[] = []
  for (const host of isLinux ? OWN : [...OWN, ...EVERY]) {
    const server = createServer((socket) => void socket.destroy())
    const isListening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen({ port, host, exclusive: true, ipv6Only: host.includes(':') }, () => resolve(true))
    })
    if (!isListening) continue
    servers.push(server)
    addresses.push(host)
  }
  return {
    addresses,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))))
    },
  }
}
