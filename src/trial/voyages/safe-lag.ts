import { noBerthsBecause } from '../fleet/berths.ts'
import { nextLagMs } from '../fleet/lag-search.ts'
import { stopWithLag } from '../fleet/single-stop.ts'
import { lagStepOf, type LagStep } from '../history/views/lag-steps.ts'
import { defineVoyage } from '../voyage.ts'

/** Two figures nearer to each other than this tell nobody more. */
const RESOLUTION_MS = 250
const MAX_STEPS = 6

export default defineVoyage({
  id: 'safe-lag',
  title: 'how much endpoint lag is safe',
  description:
    'A single replica is stopped under load, again and again, and each time clients go on making new connections to it for another while. The largest lag without a lost request is found by bisection, between 0 and the grace period, to 250 ms.',
  seconds: { quick: 0, default: 6 },
  lives: () => ({ starts: 3, stops: 3 }),
  sailsInCompany: true,
  skipBecause: noBerthsBecause,
  sail: async (bridge) => {
    const { facts, say, signal } = bridge
    const search = { maxLagMs: facts.graceMs.value, resolutionMs: RESOLUTION_MS, maxSteps: MAX_STEPS }
    const steps: LagStep[] = []
    for (;;) {
      const lagMs = nextLagMs(steps, search)
      if (lagMs === undefined || signal.aborted) return
      say(
        steps.length === 0
          ? 'stopping, with new connections until one is lost'
          : `stopping, with new connections for ${lagMs} ms`,
      )
      steps.push(lagStepOf(await stopWithLag(bridge, lagMs), facts))
    }
  },
})
