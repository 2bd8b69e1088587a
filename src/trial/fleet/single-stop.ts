import { sleep } from '../../core/wait.ts'
import { LAG_LOAD_BEGAN, LAG_OVER } from '../history/marks/safe-lag.ts'
import { failureOf } from '../history/views/failed-requests.ts'
import type { Lifetime } from '../history/lifetime.ts'
import type { Bridge } from '../ship/ship.ts'
import { Berths } from './berths.ts'
import { makeServicePod } from './service-pod.ts'

const NEW_PER_SECOND = 40
const KEPT_CONNECTIONS = 40
const KEPT_PER_SECOND = 80
/** How long clients are watched before the deletion: every kept connection is used in that time. */
const BEFORE_MS = 600
/** After the end of the replica, what it has done to clients is seen. */
const AFTER_MS = 200
/** Beside its declared start: its probes. */
const READY_SLACK_MS = 10_000
const END_SLACK_MS = 5000
/** One that has ended so often before it was ready won't become so: each further restart comes later. */
const MAX_RESTARTS = 1

/**
 * One replica, deleted under load, to which clients go on making new connections for `lagMs`, or until something is lost.
 * Kept connections are used until the replica closes them. A lifetime of its own.
 */
export async function stopWithLag(bridge: Bridge, lagMs: number): Promise<Lifetime> {
  const { facts, clock, signal } = bridge
  const berth = await new Berths(facts).next()
  const pod = 'old-1'
  const wireDelayMs = facts.wireDelayMs.value
  await using harbour = await bridge.openHarbour({
    label: `lag ${lagMs} ms`,
    settings: { endpointLagMs: lagMs, wireDelayMs, port: berth.port },
    target: () => ({ host: berth.host, port: berth.port, pod }),
  })
  const { history, load } = harbour
  const isDecided = new AbortController()
  let restarts = 0
  const replica = makeServicePod({
    bridge,
    harbour,
    name: pod,
    revision: 'old',
    berth,
    onEvent: (what) => {
      if (what === 'restarted') restarts++
      if (what === 'ready' || restarts > MAX_RESTARTS) isDecided.abort()
    },
  })
  replica.create()
  const until = AbortSignal.any([signal, harbour.closing, isDecided.signal])
  await sleep(clock, facts.startupMs.value + READY_SLACK_MS, { signal: until })
  if (!replica.isReady) {
    await harbour.end()
    return history.lifetime()
  }
  load.wireDelayMs = wireDelayMs
  history.mark(LAG_LOAD_BEGAN)
  const loads = [
    load.newConnections({ perSecond: NEW_PER_SECOND }),
    load.keepAlive({ connections: KEPT_CONNECTIONS, perSecond: KEPT_PER_SECOND }),
  ]
  await harbour.pause(BEFORE_MS)
  const lost = new AbortController()
  const forget = history.listen((event) => {
    if (event.kind === 'request' && failureOf(event) !== undefined) lost.abort()
  })
  replica.delete()
  await sleep(clock, lagMs, { signal: AbortSignal.any([signal, lost.signal]) })
  forget()
  for (const each of loads) each.openNoMore()
  history.mark(LAG_OVER, { isLost: lost.signal.aborted })
  const endMs = facts.graceMs.value + END_SLACK_MS
  const limit = new AbortController()
  await Promise.race([replica.gone, sleep(clock, endMs, { signal: AbortSignal.any([signal, limit.signal]) })])
  limit.abort()
  await harbour.pause(2 * wireDelayMs + AFTER_MS)
  await harbour.end()
  return history.lifetime()
}
