import { noBerthsBecause } from '../fleet/berths.ts'
import { Fleet } from '../fleet/fleet.ts'
import { probeTimings } from '../fleet/probe-timing.ts'
import { scaledStrategy } from '../fleet/scaled-strategy.ts'
import { ROLLOUT_BEGAN, ROLLOUT_ENDED, ROLLOUT_LOAD_BEGAN, ROLLOUT_LOAD_ENDED } from '../history/marks/rollout.ts'
import { defineVoyage } from '../voyage.ts'

const NEW_PER_SECOND = 25
const KEPT_CONNECTIONS = 40
/** Each is used twice a second: idle most of the time, also when the service takes a third of a second to answer. */
const KEPT_PER_SECOND = 80
/** How long clients are watched before the rollout: what fails then is not its fault. */
const BEFORE_MS = 1500
/** After the last change, what it has done to clients is seen. */
const AFTER_MS = 1000
/** What a replica may take in each step of a rollout beside its own start and end: probes, and a busy machine. */
const STEP_SLACK_MS = 5000
/** How long what is left may take to end when nobody looks any more. */
const END_PATIENCE_MS = 3000

export default defineVoyage({
  id: 'rollout',
  title: 'rollout under load',
  description:
    'Three replicas under a Deployment with its strategy and probes are replaced by a new version, one after the other, while clients make new connections and use kept ones over a wire delay. Clients choose among the endpoints that are ready, of which they hear after the endpoint lag. Deletion, hook, signal and end of each replica follow the order that Kubernetes keeps.',
  seconds: { quick: 0, default: 11 },
  lives: () => ({ starts: 5, stops: 1 }),
  skipBecause: noBerthsBecause,
  sail: async (bridge) => {
    const { facts, say } = bridge
    const strategy = scaledStrategy(facts)
    const endpointLagMs = facts.endpointLagMs.value
    const wireDelayMs = facts.wireDelayMs.value
    const timings = probeTimings(facts)
    const probeMs = Math.max(
      ...Object.values(timings).map(({ initialDelayMs, periodMs }) => initialDelayMs + 2 * periodMs),
    )
    const startMs = facts.startupMs.value + probeMs + STEP_SLACK_MS
    await using fleet = await Fleet.open(bridge, {
      label: 'rollout',
      settings: { ...strategy, wireDelayMs, probePeriodMs: timings.ready?.periodMs ?? 0 },
      strategy,
      endpointLagMs,
    })
    const { harbour } = fleet
    say(`starting ${strategy.replicas} replicas`)
    fleet.deploy('old')
    if (await fleet.whenSettled(startMs)) {
      await harbour.pause(endpointLagMs + AFTER_MS / 2)
      harbour.load.wireDelayMs = wireDelayMs
      harbour.mark(ROLLOUT_LOAD_BEGAN)
      const loads = [
        harbour.load.newConnections({ perSecond: NEW_PER_SECOND }),
        harbour.load.keepAlive({ connections: KEPT_CONNECTIONS, perSecond: KEPT_PER_SECOND }),
      ]
      await harbour.pause(BEFORE_MS)
      say(`replacing ${strategy.replicas} replicas`)
      harbour.mark(ROLLOUT_BEGAN)
      fleet.deploy('new')
      await fleet.whenSettled((startMs + facts.graceMs.value) * strategy.replicas)
      harbour.mark(ROLLOUT_ENDED, { isComplete: fleet.isComplete, isSettled: fleet.isSettled })
      await harbour.pause(endpointLagMs + AFTER_MS)
      await Promise.all(loads.map((load) => load.stop()))
      const droppedCount = loads.reduce((sum, load) => sum + load.droppedCount, 0)
      harbour.mark(ROLLOUT_LOAD_ENDED, { droppedCount })
    }
    await fleet.end(END_PATIENCE_MS)
  },
})
