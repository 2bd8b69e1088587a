import type { Fault } from '../../receiver/fault.ts'
import { COLLECTOR_LOST, ENDPOINT_LAG_OVER, STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
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
/** Batches of 5 s are what every SDK has by itself, and some programs write them into their code. */
const FIRST_EXPORT_LIMIT_MS = 6500
const LOST_MS = 1200

export default defineVoyage({
  id: 'stop-dead-collector',
  title: 'stop without a collector',
  description:
    'The collector works, then it refuses, says nothing, or answers with 503; requests go on, then the stop signal. One life for each, side by side where the service bears it.',
  seconds: { quick: 0, default: 5 },
  lives: ({ standsBeside }) => (standsBeside === true ? { starts: 2, stops: 1 } : { starts: 3, stops: 3 }),
  sailsInCompany: true,
  skipBecause: ({ telemetry }) =>
    telemetry.traces || telemetry.metrics || telemetry.logs
      ? undefined
      : 'The service was not seen to export anything: see TEL-01',
  async sail(bridge) {
    bridge.say('the collector is lost')
    await sideBySide(ARMS, bridge, async (arm) => sailArm(arm, await launchArm(arm, bridge), bridge))
  },
})

type Arm = (typeof ARMS)[number]

function launchArm({ name }: Arm, bridge: Bridge): Promise<Ship> {
  return launchForStop(bridge, { label: `collector ${name}`, settings: { collector: name }, env: ENVIRONMENT })
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
