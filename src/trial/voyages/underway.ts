import { makeCanaries, canarySettings } from '../history/canaries.ts'
import { IDLE_BEGAN, LOAD_BEGAN, LOAD_ENDED, ODD_CONTEXT_SENT } from '../history/marks/underway.ts'
import { ODD_CONTEXTS } from '../history/odd-contexts.ts'
import type { Route } from '../facts.ts'
import { hasItsSpans } from '../manoeuvres/has-its-spans.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

/** Each probe is asked 100 times or more while nothing else goes on, even on a machine that is twice as slow. */
const IDLE_MS = 2500
const IDLE_PROBE_MS = 20
const PROBE_MS = 50
const LOAD_MS = { quick: 5000, default: 12_000, soak: 20_000 } as const
/** From one odd request to the next: they must not stand in the way of the load. */
const ODD_EVERY_MS = 200
/** Exporters send every five seconds unless they are told otherwise: what is still missing a little later is lost. */
const LAST_EXPORT_MS = 6000
const LOOK_EVERY_MS = 200

export default defineVoyage({
  id: 'underway',
  title: 'underway',
  description:
    'One lifetime with everything healthy. Probes are asked from the first moment on; once the service is ready, some seconds with nothing else, then with load over new and kept connections. ' +
    'Beside the load go requests with malformed trace contexts, and some that carry secrets. Ends with the stop signal.',
  seconds: { quick: 11, default: 18 },
  sailsInCompany: true,
  async sail(bridge) {
    const canaries = makeCanaries(bridge.random)
    await using ship = await bridge.launch({
      label: 'the whole voyage',
      settings: canarySettings(canaries),
      until: 'spawned',
    })
    const stopEarlyProbes = ship.probe({ everyMs: PROBE_MS })
    const isReady = await ship.whenReady(bridge.facts.startupMs.value)
    await stopEarlyProbes()
    if (!isReady) return
    await sailIdle(bridge, ship)
    const stopProbes = ship.probe({ everyMs: PROBE_MS })
    await sailUnderLoad(bridge, ship, canaries)
    await stopProbes()
    bridge.say('waits for its telemetry')
    await whenSpansHaveCome(ship)
    ship.signal(bridge.facts.stopSignal)
    await ship.waitForExit(bridge.facts.graceMs.value)
  },
})

/** What a stop would lose has to have come before it: how much that is, is looked at elsewhere. */
async function whenSpansHaveCome(ship: Ship): Promise<void> {
  // By now every exporter that has anything to send has sent something, unless a stop makes it.
  if (ship.history.soFar('export').length === 0) return
  const until = ship.history.now() + LAST_EXPORT_MS
  while (ship.isRunning && ship.history.now() < until && !hasItsSpans(ship)) await ship.pause(LOOK_EVERY_MS)
}

async function sailIdle(bridge: Bridge, ship: Ship): Promise<void> {
  bridge.say('idle')
  const stopProbes = ship.probe({ everyMs: IDLE_PROBE_MS })
  ship.mark(IDLE_BEGAN)
  await ship.pause(IDLE_MS)
  await stopProbes()
}

async function sailUnderLoad(bridge: Bridge, ship: Ship, canaries: Readonly<Record<string, string>>): Promise<void> {
  bridge.say('under load')
  const headers = { tracestate: 'seaworthy=trial', baggage: 'seaworthy.trial=underway' }
  ship.mark(LOAD_BEGAN)
  const loads = [
    ship.load.newConnections({ perSecond: 20 }),
    ship.load.keepAlive({ connections: 10, perSecond: 40, headers }),
  ]
  const odd = Promise.all([sendOddContexts(ship), sendCanaries(bridge, ship, canaries)])
  await ship.pause(LOAD_MS[bridge.pace])
  await Promise.all(loads.map((load) => load.stop()))
  ship.mark(LOAD_ENDED)
  await odd
}

async function sendOddContexts(ship: Ship): Promise<void> {
  for (const { name, traceparent } of ODD_CONTEXTS) {
    const { id } = await ship.load.once('odd-context', { trace: 'none', headers: { traceparent } })
    ship.mark(ODD_CONTEXT_SENT, { variant: name, request: id })
    await ship.pause(ODD_EVERY_MS)
  }
}

/** Secrets where services get them: what is answered does not matter. */
async function sendCanaries({ facts }: Bridge, ship: Ship, canaries: Readonly<Record<string, string>>): Promise<void> {
  const [first = { method: 'GET', path: '/', headers: {} }] = facts.routes
  const upload = facts.upload ?? { method: 'POST', path: first.path, headers: {} }
  const secret = { Authorization: `Bearer ${canaries['authorization']}`, Cookie: `session=${canaries['cookie']}` }
  const routes: readonly Route[] = [
    { ...first, headers: { ...first.headers, ...secret } },
    { ...first, path: `${first.path}${first.path.includes('?') ? '&' : '?'}token=${canaries['query']}` },
    {
      ...upload,
      headers: { ...upload.headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: 'trial', password: canaries['body-password'] }),
    },
  ]
  for (const route of routes) {
    await ship.load.once('canary', { route })
    await ship.pause(ODD_EVERY_MS)
  }
}
