import {
  ABUSE_BEGAN,
  ABUSE_ENDED,
  AFTERWARDS,
  OVERSIZED_BODY,
  OVERSIZED_HEADER,
  QUIET_ENDED,
  USUAL_BODY,
} from '../history/marks/abusive-clients.ts'
import type { Facts, Route } from '../facts.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { RunningLoad } from '../ship/loads.ts'
import type { Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const BEFORE_MS = 1500
/** Until the abusive clients stand. */
const ARRIVAL_MS = 1000
const BESIDE_MS = 4000
const QUIET_MS = 3000
const SLOW_CONNECTIONS = 200
const IDLE_CONNECTIONS = 50
/** What a usual client waits. */
const USUAL_TIMEOUT_MS = 2000
/** Eight MiB that are read a little at a time are no hang. */
const OVERSIZED_TIMEOUT_MS = 5000
/** Four times what Node takes, and eight times what most proxies do. */
const HEADER_BYTES = 64 * 1024
const BODY_BYTES = 8 * 1024 * 1024

export default defineVoyage({
  id: 'abusive-clients',
  title: 'abusive clients',
  description:
    'Usual clients, who wait for two seconds; then the same beside 200 clients whose headers never end and 50 that say nothing. ' +
    'When these have gone: a header of 64 KiB, a body of 8 MiB, a usual request, and three seconds of quiet.',
  seconds: { quick: 0, default: 10 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: ({ protocol }) =>
    protocol.h2c && !protocol.http1 ? 'It speaks HTTP/2 only, where headers are not lines' : undefined,
  async sail({ launch, facts, say }) {
    await using ship = await launch({ label: 'abusive clients' })
    if (ship.isRunning) {
      say('usual clients')
      await beUsualFor(ship, BEFORE_MS)
      await ship.read()
      await abuse(ship, say)
      say('what is too large')
      await sendTooMuch(ship, facts)
      await ship.pause(QUIET_MS)
      await ship.read()
      ship.mark(QUIET_ENDED)
    }
    await endQuickly(ship, facts)
  },
})

async function beUsualFor(ship: Ship, ms: number): Promise<void> {
  const loads: readonly RunningLoad[] = [
    ship.load.newConnections({ perSecond: 10, timeoutMs: USUAL_TIMEOUT_MS }),
    ship.load.keepAlive({ connections: 5, perSecond: 10, timeoutMs: USUAL_TIMEOUT_MS }),
  ]
  await ship.pause(ms)
  await Promise.all(loads.map((load) => load.stop()))
}

async function abuse(ship: Ship, say: (what: string) => void): Promise<void> {
  say(`${SLOW_CONNECTIONS} clients whose headers never end`)
  ship.mark(ABUSE_BEGAN)
  const loads = [
    ship.load.slowHeaders({ connections: SLOW_CONNECTIONS }),
    ship.load.idle({ connections: IDLE_CONNECTIONS }),
  ]
  await ship.pause(ARRIVAL_MS)
  await beUsualFor(ship, BESIDE_MS)
  ship.mark(ABUSE_ENDED)
  await Promise.all(loads.map((load) => load.stop()))
}

/** One after another: what one of them does to the service, the next would be blamed for. */
async function sendTooMuch(ship: Ship, facts: Facts): Promise<void> {
  const wait = { trace: 'none', timeoutMs: OVERSIZED_TIMEOUT_MS } as const
  const [first = { method: 'GET', path: '/', headers: {} }] = facts.routes
  const padding = 'x'.repeat(HEADER_BYTES)
  await ship.load.once(OVERSIZED_HEADER, { ...wait, route: first, headers: { 'X-Seaworthy-Padding': padding } })
  const upload: Route = facts.upload ?? {
    ...first,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...first.headers },
  }
  await ship.load.once(USUAL_BODY, { ...wait, route: { ...upload, body: textOf(8) } })
  await ship.load.once(OVERSIZED_BODY, { ...wait, route: { ...upload, body: textOf(BODY_BYTES) } })
  await ship.load.once(AFTERWARDS, { route: first, timeoutMs: USUAL_TIMEOUT_MS })
}

/** Of one form, so that only its length can be what is wrong with it. */
function textOf(length: number): string {
  return `{"seaworthy":"${'x'.repeat(length)}"}`
}
