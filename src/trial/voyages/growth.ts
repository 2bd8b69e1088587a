import { BURN_BEGAN, BURN_COUNTED, BURN_ENDED, ROUND_BEGAN, ROUND_ENDED } from '../history/marks/growth.ts'
import { memoryGrowthOf } from '../history/views/memory-growth.ts'
import { type CollectingShip, launchCollecting } from '../manoeuvres/launch-collecting.ts'
import type { RunningLoad } from '../ship/loads.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { judgeMemory } from '../verdict/judge-memory.ts'
import { defineVoyage } from '../voyage.ts'

const BURN_MS = { quick: 6000, default: 12_000 } as const
const BURN_CONNECTIONS = 32
/** More requests at a time than a round has, so that none of them makes a pool larger. */
const FILLING_REQUESTS = 64
const FILLING_MS = 500
const READING_EVERY_MS = 400
/** Close to the moment of a collection, so that it is known after how many requests it was. */
const COUNTED_EVERY_MS = 200
/** Each as long as the first, where it is open, or where memory grew that may only have been taken in a large piece. */
const MORE_BURNS = 2
/** What is read from a trace: few enough not to be what fills the collector. */
const SAMPLED_PER_SECOND = 20
const QUIET_MS = 3000
const AFTER_BURN_MS = 1500
const ROUNDS = 2
/** With those of the burn, well below what a process may open anywhere. */
const IDLE_CONNECTIONS = 200
const ROUND_MS = 1500
const LIMIT_WHEN_UNKNOWN = 512 * 1024 * 1024

export default defineVoyage({
  id: 'growth',
  title: 'growth',
  description:
    'Half of each of 64 requests, so that pools are filled. As many requests as the service answers, over 32 connections, while its memory is read every 400 ms; once more as long when memory leaves it open. ' +
    'Then twice: clients that give up, that vanish after half a request, and 200 that say nothing and go; and three seconds of quiet.',
  seconds: { quick: 16, default: 23 },
  lives: () => ({ starts: 1, stops: 0 }),
  async sail(bridge) {
    const collecting = await launchCollecting(bridge, LIFETIME)
    await using ship = collecting.ship
    try {
      if (ship.isRunning) await fillPools(ship)
      bridge.say('as many requests as it answers')
      if (ship.isRunning) await burn(collecting, bridge)
    } finally {
      // A collection would give back handles that nobody closed.
      await collecting.end()
    }
    for (let round = 1; round <= ROUNDS && ship.isRunning && !bridge.signal.aborted; round++) {
      bridge.say(`clients that go away, ${round} of ${ROUNDS}`)
      await goAway(ship, round)
    }
    await endQuickly(ship, bridge.facts)
  },
})

const LIFETIME = {
  label: 'burn and clients that go away',
  readingEveryMs: READING_EVERY_MS,
  // What the runtime says of itself, as often as the kernel is asked.
  env: { OTEL_METRIC_EXPORT_INTERVAL: `${READING_EVERY_MS}`, OTEL_METRIC_EXPORT_TIMEOUT: `${READING_EVERY_MS}` },
}

async function burn(collecting: CollectingShip, { pace, soakMs, facts, signal }: Bridge): Promise<void> {
  const { ship } = collecting
  const burnMs = pace === 'soak' ? (soakMs ?? 60_000) : BURN_MS[pace]
  const load = ship.load.burn({ connections: BURN_CONNECTIONS, trace: 'not-sampled' })
  const sampled = ship.load.keepAlive({ connections: 2, perSecond: SAMPLED_PER_SECOND })
  const limitBytes = facts.memoryLimitBytes?.value ?? LIMIT_WHEN_UNKNOWN
  const isOpen = (): boolean => {
    const growth = memoryGrowthOf(ship.history.lifetime())
    if (growth === undefined) return false
    const { outcome, by } = judgeMemory(growth, limitBytes)
    return outcome === 'unclear' || (outcome === 'grows' && by !== 'live')
  }
  const burnOn = (): Promise<void> => countFor(burnMs, { load, signal, collecting })
  ship.mark(BURN_BEGAN)
  await burnOn()
  for (let more = 0; more < MORE_BURNS && pace !== 'soak' && ship.isRunning && isOpen(); more++) await burnOn()
  ship.mark(BURN_ENDED)
  await Promise.all([load.stop(), sampled.stop()])
}

interface Burning {
  readonly load: RunningLoad
  readonly signal: AbortSignal
  readonly collecting: CollectingShip
}

/** Requests are too many to be all written down for long: their number is, as often as the memory is read. */
async function countFor(ms: number, { load, signal, collecting }: Burning): Promise<void> {
  const { ship } = collecting
  const until = ship.history.now() + ms
  while (ship.history.now() < until && ship.isRunning && !signal.aborted) {
    ship.mark(BURN_COUNTED, { sent: load.sentCount - load.inFlightCount })
    await collecting.note()
    await ship.pause(Math.min(COUNTED_EVERY_MS, Math.max(1, until - ship.history.now())))
  }
}

/**
 * A pool of threads makes one more whenever all that it has are at work: as it would by and by in the rounds, where each would
 * look like one that was not given back.
 */
async function fillPools(ship: Ship): Promise<void> {
  const half = ship.load.drip({ inFlight: FILLING_REQUESTS, lastMs: 60_000 })
  await ship.pause(FILLING_MS)
  half.sendNoMore()
  await ship.load.stopAll()
}

async function goAway(ship: Ship, round: number): Promise<void> {
  // What the burn, or the round before, left behind has had its time.
  if (round === 1) await ship.pause(AFTER_BURN_MS)
  await ship.read()
  ship.mark(ROUND_BEGAN, { round })
  const idle = ship.load.idle({ connections: IDLE_CONNECTIONS })
  const givenUp = ship.load.aborting({ perSecond: 40, afterMs: 5 })
  // The rest of the body never comes: the client is gone before.
  const half = ship.load.drip({ inFlight: 10, lastMs: 60_000 })
  const fresh = ship.load.newConnections({ perSecond: 20 })
  await ship.pause(ROUND_MS)
  half.sendNoMore()
  await Promise.all([idle.stop(), givenUp.stop(), fresh.stop()])
  await ship.load.stopAll()
  await ship.pause(QUIET_MS)
  await ship.read()
  ship.mark(ROUND_ENDED, { round })
}
