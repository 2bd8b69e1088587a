import type cluster from 'node:cluster'
import { subscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:net'
import { isUnobservedServer } from '../core/unobserved-server.ts'

/** Node publishes here when a server has been bound, whoever made it, in modules of any kind and in bundles. */
const BOUND = 'tracing:net.server.listen:asyncEnd'

/** What is done with servers. */
export interface ServerFinder {
  /** A server of the service listens; called before it has accepted anything. */
  readonly onServer: (server: Server) => void
  /** A server that belongs to Seaworthy itself listens: its admin port, say. */
  readonly onOwn: () => void
}

/** Watches this process for servers that begin to listen. */
export function findServers({ onServer, onOwn }: ServerFinder): void {
  subscribe(BOUND, (message) => {
    const { server } = message as { readonly server: Server }
    if (isUnobservedServer(server)) onOwn()
    else if (isOfTheService(server)) onServer(server)
  })
}

/**
 * Plain sockets at a path are how processes of one machine talk to each other (debuggers, test runners, process
 * managers), and the primary of a cluster holds plain sockets on behalf of its workers: neither is a server of the
 * service. HTTP at a path is, behind a proxy.
 */
function isOfTheService(server: Server): boolean {
  if (speaksHttp(server)) return true
  return !hasClusterWorkers() && typeof server.address() === 'object'
}

/** Of all servers of Node, only those of `http`, `https` and `http2` have it. */
function speaksHttp(server: Server): boolean {
  return 'setTimeout' in server
}

/** Whether this is a worker of `node:cluster`. Asked only where a server listens: loading that module takes a while. */
export function isClusterWorker(): boolean {
  return loadCluster().isWorker
}

function hasClusterWorkers(): boolean {
  return Object.keys(loadCluster().workers ?? {}).length > 0
}

function loadCluster(): typeof cluster {
  // What `require` gives, which its types take for a module with a default export. Absent before Node 20.16, where a
  // server is found only to tell that this Node is too old.
  return (process.getBuiltinModule?.('node:cluster') ?? {}) as unknown as typeof cluster
}
