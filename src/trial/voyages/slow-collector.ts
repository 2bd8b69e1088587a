import { BLOCK_BEGAN, BLOCKS_ENDED, EXPORT_DELAY_MS } from '../history/marks/slow-collector.ts'
import { collectorBlocks } from '../history/views/collector-blocks.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { compareLatencies } from '../verdict/statistics/compare-latencies.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTelemetry } from '../without-telemetry.ts'

const WARM_UP_MS = 1000
const PER_SECOND = 80
const CONNECTIONS = 16
/** Rounds of four blocks: healthy, slow, slow, healthy, so that whatever changes steadily cancels out. */
const ROUNDS = { quick: 2, default: 3, soak: 6 } as const
const BLOCK_MS = { quick: 800, default: 1000, soak: 1000 } as const
const ARMS = ['healthy', 'slow', 'slow', 'healthy'] as const

export default defineVoyage({
  id: 'slow-collector',
  title: 'slow collector',
  description:
    'One process under steady load while its collector answers at once and 300 ms late in turns, in blocks of a second: ABBA, three times. Twice as many follow when the first leave it open.',
  seconds: { quick: 8, default: 13 },
  lives: () => ({ starts: 1, stops: 0 }),
  skipBecause: withoutTelemetry,
  async sail(bridge) {
    await using ship = await bridge.launch({ label: 'healthy and slow in turns', env: OFTEN_EXPORTING })
    if (!ship.isRunning) return
    const load = ship.load.keepAlive({ connections: CONNECTIONS, perSecond: PER_SECOND })
    await ship.pause(WARM_UP_MS)
    const rounds = ROUNDS[bridge.pace]
    await takeTurns(ship, rounds, bridge)
    if (bridge.pace !== 'quick' && isOpen(ship)) await takeTurns(ship, 2 * rounds, bridge)
    ship.mark(BLOCKS_ENDED)
    await ship.setCollectorFault(undefined)
    await load.stop()
    await endQuickly(ship, bridge.facts)
  },
})

async function takeTurns(ship: Ship, rounds: number, { pace, say, signal }: Bridge): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    say(`the collector is slow and healthy in turns, ${round} of ${rounds}`)
    for (const arm of ARMS) {
      if (!ship.isRunning || signal.aborted) return
      await ship.setCollectorFault(arm === 'slow' ? { kind: 'slow', delay: EXPORT_DELAY_MS } : undefined)
      ship.mark(BLOCK_BEGAN, { arm })
      await ship.pause(BLOCK_MS[pace])
    }
  }
}

/** Whether more would tell more. */
function isOpen(ship: Ship): boolean {
  const blocks = collectorBlocks(ship.history.lifetime())
  const { isSlower, isSame } = compareLatencies(
    blocks.filter(({ isSlow }) => !isSlow).map(({ latenciesMs }) => latenciesMs),
    blocks.filter(({ isSlow }) => isSlow).map(({ latenciesMs }) => latenciesMs),
  )
  return !isSlower && !isSame
}
