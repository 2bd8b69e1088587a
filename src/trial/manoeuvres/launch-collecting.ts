import { MEMORY_COLLECTED } from '../history/marks/memory.ts'
import { OftenCollecting } from '../memory/often-collecting.ts'
import type { Bridge, LaunchOptions, Ship } from '../ship/ship.ts'

/** A service whose collector works often, where that can be had. */
export interface CollectingShip {
  readonly ship: Ship
  /** Writes down what the last collection left, where there is something new. To be called often. */
  note(): Promise<void>
  /** From now on it collects as it would. */
  end(): Promise<void>
}

/**
 * Launches with a collector that works often, and plainly where the service doesn't run with it: an old Node.js, one that may
 * read little. The setting `collects` says `often` of the first.
 */
export async function launchCollecting(
  { launch, facts }: Pick<Bridge, 'launch' | 'facts'>,
  options: LaunchOptions,
): Promise<CollectingShip> {
  const collecting = await OftenCollecting.begin()
  try {
    const ship = await launch({
      ...options,
      env: { ...options.env, ...collecting.environment({ ...facts.env, ...options.env }) },
      settings: { ...options.settings, collects: 'often' },
    })
    if (ship.isRunning) return watch(ship, collecting)
    await ship.end()
    return watch(await launch(options), collecting)
  } catch (error) {
    await collecting.end()
    throw error
  }
}

function watch(ship: Ship, collecting: OftenCollecting): CollectingShip {
  let lastBytes: number | undefined
  return {
    ship,
    async note() {
      const left = await collecting.leftBytes()
      if (left !== undefined && left.liveBytes !== lastBytes) ship.mark(MEMORY_COLLECTED, { ...left })
      lastBytes = left?.liveBytes
    },
    end: () => collecting.end(),
  }
}
