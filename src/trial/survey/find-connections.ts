import { readListeningSockets, readTcpSockets, socketsOf } from '../../process/tcp-sockets.ts'

/** Somebody whom the service is connected to. */
export interface Remote {
  readonly host: string
  readonly port: number
}

export interface ConnectionSearch {
  /** All processes of the service. */
  readonly pids: readonly number[]
  /** Ports that it listens on: connections to those are those of its clients. */
  readonly listeningPorts: readonly number[]
}

/** To whom processes are connected at this moment, ourselves left out; empty without `/proc`. */
export async function findConnections({ pids, listeningPorts }: ConnectionSearch): Promise<readonly Remote[]> {
  const own = new Set(pids.flatMap((pid) => [...socketsOf(pid).keys()]))
  const ours = socketsOf(process.pid)
  const ourListeners = readListeningSockets('self').filter(({ inode }) => ours.has(inode))
  const ourPorts = new Set(ourListeners.map(({ localPort }) => localPort))
  const found = new Map<string, Remote>()
  for (const { inode, state, localPort, remoteHost, remotePort } of await readTcpSockets(pids[0] ?? 'self')) {
    if (state !== 'ESTABLISHED' || !own.has(inode) || listeningPorts.includes(localPort)) continue
    // It talks to itself, or to our collector.
    if (listeningPorts.includes(remotePort) || ourPorts.has(remotePort)) continue
    found.set(`${remoteHost}:${remotePort}`, { host: remoteHost, port: remotePort })
  }
  return [...found.values()]
}
