import type { RunningLoad } from '../ship/loads.ts'
import type { Ship } from '../ship/ship.ts'

/** Below the wait for quiet of a careful listener, above what says anything about the last moment. */
const PER_SECOND = 30

/**
 * New connections for as long as the listener takes them, so that the last moment of the service has requests in it. No
 * load balancer would send them any more: they are in the record of telemetry and logs, and in no count of losses.
 */
export function keepBusyUntilClosed(ship: Ship, options: { readonly nonce?: boolean } = {}): RunningLoad {
  const load = ship.load.newConnections({ perSecond: PER_SECOND, ...options })
  const forget = ship.history.listen((event) => {
    const isClosed = event.kind === 'listening' && event.what === 'closed' && event.port === ship.port
    const isRefused = event.kind === 'request' && event.outcome === 'refused'
    if (!isClosed && !isRefused && event.kind !== 'exited') return
    load.sendNoMore()
    forget()
  })
  return load
}
