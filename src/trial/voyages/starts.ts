import type { DependencyFact } from '../facts.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { EXPORTING_SOON } from '../ship/often-exporting.ts'
import type { Bridge, LaunchOptions } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const STARTS = { quick: 1, default: 3, soak: 3 } as const
const BEAT_MS = 20
/** How long requests go on once it is ready. */
const AFTER_READY_MS = 800
/** How long a dependency is late at first. */
const DEPENDENCY_DELAY_MS = { quick: 1500, default: 3000, soak: 3000 } as const
const REQUEST_TIMEOUT_MS = 10_000

export default defineVoyage({
  id: 'starts',
  title: 'starts',
  description:
    'Three starts, one when there is little time, with probes and requests every 20 ms from the first moment on, each on a fresh connection; and one start for the first dependency whose answers come late.',
  seconds: { quick: 2, default: 6.5 },
  lives: ({ dependencies }, pace) => ({ starts: STARTS[pace] + Math.min(1, dependencies.length), stops: 0 }),
  async sail(bridge) {
    for (let start = 1; start <= STARTS[bridge.pace]; start++)
      await sailStart(bridge, { label: `start ${start}` }, undefined)
    const [dependency] = bridge.facts.dependencies
    if (dependency === undefined) return
    const delayMs = DEPENDENCY_DELAY_MS[bridge.pace]
    await sailStart(
      bridge,
      {
        label: `slow dependency: ${dependency.name}`,
        settings: { dependency: dependency.name, delayMs },
        dependencies: { [dependency.name]: { kind: 'slow', delayMs } },
      },
      { dependency, delayMs },
    )
  },
})

async function sailStart(
  bridge: Bridge,
  options: LaunchOptions,
  slow: { readonly dependency: DependencyFact; readonly delayMs: number } | undefined,
): Promise<void> {
  const { facts } = bridge
  bridge.say(options.label)
  await using ship = await bridge.launch({ ...options, env: EXPORTING_SOON, until: 'spawned' })
  // A request that is refused costs nothing; one that is missing at the wrong moment costs the whole trial.
  const load = ship.load.newConnections({ perSecond: 1000 / BEAT_MS, timeoutMs: REQUEST_TIMEOUT_MS })
  const stopProbes = ship.probe({ everyMs: BEAT_MS })
  const lifted = liftAfter(ship, slow)
  await ship.whenReady(facts.startupMs.value + (slow?.delayMs ?? 0))
  await lifted
  await ship.pause(AFTER_READY_MS)
  await stopProbes()
  await load.stop()
  await endQuickly(ship, facts)
}

async function liftAfter(
  ship: Awaited<ReturnType<Bridge['launch']>>,
  slow: { readonly dependency: DependencyFact; readonly delayMs: number } | undefined,
): Promise<void> {
  if (slow === undefined) return
  await ship.pause(slow.delayMs)
  await ship.setDependencyFault(slow.dependency.name, undefined)
}
