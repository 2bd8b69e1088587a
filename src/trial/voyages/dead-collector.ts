import type { Fault } from '../../receiver/fault.ts'
import type { Facts } from '../facts.ts'
import type { Lifetime } from '../history/lifetime.ts'
import {
  FULL_RATE_BEGAN,
  FULL_RATE_ENDED,
  FULL_RATE_PART,
  HEALTHY,
  MEASURING_BEGAN,
  MEASURING_ENDED,
  PAIR_PART,
  SENDING_ENDED,
} from '../history/marks/dead-collector.ts'
import { collectorPairs } from '../history/views/collector-pairs.ts'
import { outageMemory } from '../history/views/outage-memory.ts'
import { type CollectingShip, launchCollecting } from '../manoeuvres/launch-collecting.ts'
import { inTurns } from '../manoeuvres/in-turns.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { collectorFinding, isSuspect } from '../verdict/dead-collector-finding.ts'
import { outageMemoryFinding } from '../verdict/outage-memory-finding.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTelemetry } from '../without-telemetry.ts'

/** In this order, two beside each healthy process; in a hurry only the first half. */
const FAULTS: readonly { readonly collector: string; readonly fault: Fault }[] = [
  { collector: 'refused', fault: { kind: 'refuse' } },
  { collector: 'blackhole', fault: { kind: 'blackhole' } },
  { collector: '503', fault: { kind: 'status', httpStatus: 503 } },
  { collector: 'syn-blackhole', fault: { kind: 'syn-blackhole' } },
  { collector: 'reset', fault: { kind: 'reset', at: 'body' } },
  { collector: 'garbage', fault: { kind: 'garbage' } },
]
const FAULTS_BESIDE_A_HEALTHY_ONE = 2
/** With the first, five: the fewest with which a sign test says something. */
const MORE_PAIRS = 4
const WARM_UP_MS = 400
const MEASURED_MS = 1500
/** What was sent last gets so long to be answered. */
const SETTLING_MS = 400
const PER_SECOND = 80
const FULL_RATE_MS = { quick: 6000, default: 10_000, soak: 60_000 } as const
const FULL_RATE_CONNECTIONS = 16
/** Close to the moment of a collection, so that it is known after how many requests it was. */
const NOTED_EVERY_MS = 200
/** Where memory leaves it open. */
const MORE_FULL_RATE = 2
/** The defaults of the specification, for those who have others: only a queue that is full shows whether it has a bound. */
const QUEUE_BOUNDS = { OTEL_BSP_MAX_QUEUE_SIZE: '2048', OTEL_BLRP_MAX_QUEUE_SIZE: '2048' } as const

export default defineVoyage({
  id: 'dead-collector',
  title: 'dead collector',
  description:
    'Short lives under steady load, each with a collector that is healthy or dead in one of six ways from the beginning; four more pairs of what looked slow. ' +
    'Then one life at full rate with a collector that hangs, up to three times as long when memory leaves it open. None of them is stopped in the ordinary way: that is what STOP-14 looks at.',
  seconds: { quick: 0, default: 31 },
  lives: ({ standsBeside }) => ({ starts: standsBeside === true ? 6 : 10, stops: 0 }),
  skipBecause: withoutTelemetry,
  async sail(bridge) {
    const lived: Lifetime[] = []
    const live = (arms: readonly Arm[]): Promise<void> =>
      inTurns(arms, bridge, {
        launch: (arm) => launchArm(arm, bridge),
        live: async (arm, ship) => void lived.push(await liveOut(arm, ship, bridge)),
      })
    const faults = bridge.pace === 'quick' ? FAULTS.slice(0, FAULTS.length / 2) : FAULTS
    for (let first = 0; first < faults.length; first += FAULTS_BESIDE_A_HEALTHY_ONE) {
      const pair = first / FAULTS_BESIDE_A_HEALTHY_ONE
      const dead = faults.slice(first, first + FAULTS_BESIDE_A_HEALTHY_ONE)
      await live([{ pair, collector: HEALTHY }, ...dead.map((each) => ({ pair, ...each }))])
    }
    const suspect = worstOf(lived)
    const worst = FAULTS.find(({ collector }) => collector === suspect)
    for (let more = 0; worst !== undefined && more < MORE_PAIRS; more += 1) {
      const pair = FAULTS.length + more
      const arms = [
        { pair, collector: HEALTHY },
        { pair, ...worst },
      ]
      // Whichever comes first has the colder machine: they take turns.
      await live(more % 2 === 0 ? arms : arms.toReversed())
    }
    await liveAtFullRate(bridge)
  },
})

interface Arm {
  readonly pair: number
  readonly collector: string
  readonly fault?: Fault
}

function launchArm({ pair, collector, fault }: Arm, { launch }: Bridge): Promise<Ship> {
  return launch({
    label: `${collector}, pair ${pair}`,
    settings: { part: PAIR_PART, pair, collector },
    env: OFTEN_EXPORTING,
    ...(fault !== undefined && { collector: fault }),
  })
}

async function liveOut({ collector }: Arm, ship: Ship, { say }: Bridge): Promise<Lifetime> {
  say(collector === HEALTHY ? 'a healthy collector, to compare with' : `the collector: ${collector}`)
  // Each on a connection of its own: where all of them are held up, none waits for another before it is even sent.
  const load = ship.load.newConnections({ perSecond: PER_SECOND })
  await ship.pause(WARM_UP_MS)
  ship.mark(MEASURING_BEGAN)
  await ship.pause(MEASURED_MS)
  ship.mark(SENDING_ENDED)
  load.sendNoMore()
  await Promise.race([load.stop(), ship.pause(SETTLING_MS)])
  ship.mark(MEASURING_ENDED)
  // A flush to a dead collector takes its time, and is not what is looked at here.
  ship.signal('SIGKILL')
  await ship.end()
  return ship.history.lifetime()
}

/** The fault whose first pair leaves it most open that requests wait. */
function worstOf(lifetimes: readonly Lifetime[]): string | undefined {
  return collectorPairs(lifetimes)
    .map((pair) => collectorFinding([pair]))
    .filter((finding) => isSuspect(finding))
    .toSorted(
      (one, other) =>
        other.hangingPairCount - one.hangingPairCount || other.comparison.shiftMs.value - one.comparison.shiftMs.value,
    )[0]?.collector
}

async function liveAtFullRate(bridge: Bridge): Promise<void> {
  const { say, pace, signal, facts } = bridge
  const forMs = FULL_RATE_MS[pace]
  if (signal.aborted) return
  say('a collector that hangs, at full rate')
  const collecting = await launchCollecting(bridge, {
    label: 'at full rate',
    settings: { part: FULL_RATE_PART, collector: 'blackhole' },
    collector: { kind: 'blackhole' },
    env: { ...OFTEN_EXPORTING, ...QUEUE_BOUNDS },
  })
  await using ship = collecting.ship
  try {
    ship.mark(FULL_RATE_BEGAN)
    const load = ship.load.burn({ connections: FULL_RATE_CONNECTIONS })
    await noteFor(forMs, collecting, signal)
    for (let more = 0; more < MORE_FULL_RATE && isMemoryOpen(ship, facts); more += 1)
      await noteFor(forMs, collecting, signal)
    ship.mark(FULL_RATE_ENDED)
    load.sendNoMore()
    ship.signal('SIGKILL')
  } finally {
    await collecting.end()
  }
}

async function noteFor(ms: number, collecting: CollectingShip, signal: AbortSignal): Promise<void> {
  const { ship } = collecting
  const until = ship.history.now() + ms
  while (ship.history.now() < until && ship.isRunning && !signal.aborted) {
    await collecting.note()
    await ship.pause(Math.min(NOTED_EVERY_MS, Math.max(1, until - ship.history.now())))
  }
}

function isMemoryOpen(ship: Ship, facts: Facts): boolean {
  const memory = outageMemory(ship.history.lifetime())
  return ship.isRunning && memory !== undefined && outageMemoryFinding(memory, facts).what === 'unclear'
}
