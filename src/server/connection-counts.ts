import type { TrackedConnection } from './tracked-connection.ts'

/** Connections of a server by what they are doing. */
export interface ConnectionCounts {
  readonly open: number
  /** Without an open request, and not upgraded. */
  readonly idle: number
  readonly upgraded: number
}

export function countConnections(connections: Iterable<TrackedConnection>): ConnectionCounts {
  let open = 0
  let idle = 0
  let upgraded = 0
  for (const connection of connections) {
    open++
    if (connection.isUpgraded) upgraded++
    else if (connection.isIdle) idle++
  }
  return { open, idle, upgraded }
}
