import type { Fault } from '../../receiver/fault.ts'
import { COLLECTOR_LOST, ENDPOINT_LAG_OVER, STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const ARMS: readonly { readonly name: string; readonly fault: Fault }[] = [
  { name: 'refused', fault: { kind: 'refuse' } },
  { name: 'blackhole', fault: { kind: 'blackhole' } },
  { name: '503', fault: { kind: 'status', httpStatus: 503, retryAfter: '1s' } },
]
/** Often, so that an export is seen before the loss, and one is under way or about to be at the signal. */
const ENVIRONMENT = {
  OTEL_BSP_SCHEDULE_DELAY: '500',
  OTEL_BLRP_SCHEDULE_DELAY: '500',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
} as const
const NEW_PER_SECOND = 40
const FIRST_EXPORT_LIMIT_MS = 4000
const LOST_MS = 1200

export default defineVoyage({
  id: 'stop-dead-collector',
  title: 'stop without a collector',
  description:
    'The collector works, then it refuses, says nothing, or answers with 503; requests go on, then the stop signal. One life for each, side by side where the service listens on one port only.',
  seconds: { quick: 0, default: 5 },
  skipBecause: ({ telemetry }) =>
    telemetry.traces || telemetry.metrics || telemetry.logs
      ? undefined
      : 'The service was not seen to export anything: see TEL-01',
  async sail(bridge) {
    bridge.say('the collector is lost')
    const [first, ...others] = ARMS
    if (first === undefined) return
    const ship = await launchArm(first, bridge)
    const all = [sailArm(first, ship, bridge)]
    if (canStandBeside(ship, bridge)) {
      for (const arm of others) all.push(launchArm(arm, bridge).then((each) => sailArm(arm, each, bridge)))
      await Promise.all(all)
      return
    }
    await Promise.all(all)
    for (const arm of others) await sailArm(arm, await launchArm(arm, bridge), bridge)
  },
})

type Arm = (typeof ARMS)[number]

function launchArm({ name }: Arm, bridge: Bridge): Promise<Ship> {
  return launchForStop(bridge, { label: `collector ${name}`, settings: { collector: name }, env: ENVIRONMENT })
}

/** Another copy would want every port that is not chosen for it. */
function canStandBeside(ship: Ship, { facts }: Bridge): boolean {
  const ports = ship.history.soFar('listening').map(({ port }) => port)
  return facts.portVariable !== undefined && ports.length > 0 && ports.every((port) => port === ship.port)
}

async function sailArm({ name, fault }: Arm, launched: Ship, bridge: Bridge): Promise<void> {
  const { facts } = bridge
  await using ship = launched
  if (!ship.isRunning) return
  ship.mark(STOP_LOAD_BEGAN)
  const fresh = ship.load.newConnections({ perSecond: NEW_PER_SECOND })
  if (ship.history.soFar('export').length === 0) await ship.history.waitFor('export', () => true, FIRST_EXPORT_LIMIT_MS)
  await ship.setCollectorFault(fault)
  ship.mark(COLLECTOR_LOST, { fault: name })
  await pauseWhileRunning(ship, LOST_MS)
  ship.signal(facts.stopSignal)
  await pauseWhileRunning(ship, facts.endpointLagMs.value)
  fresh.sendNoMore()
  ship.mark(ENDPOINT_LAG_OVER)
  await awaitStop(ship, bridge)
  await fresh.stop()
}
