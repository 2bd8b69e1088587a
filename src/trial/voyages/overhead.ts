import { type Arm, ARMS, MEASURING_BEGAN, MEASURING_ENDED } from '../history/marks/overhead.ts'
import type { Facts } from '../facts.ts'
import type { Lifetime } from '../history/lifetime.ts'
import { processorCost } from '../history/views/processor-cost.ts'
import { inTurns } from '../manoeuvres/in-turns.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { isMeasurable } from '../verdict/measurable-cost.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTelemetry } from '../without-telemetry.ts'

const RUNS = { quick: 0, default: 3, soak: 5 } as const
const WARM_UP_MS = 500
const MEASURED_MS = 1500
/** A service that costs little is measured for longer, */
const MORE_MS = 500
/** … up to this. */
const MOST_MEASURED_MS = 6000
/** For runs in which an arm could not be measured all the same. */
const MORE_RUNS = 2
const PER_SECOND = 400
const CONNECTIONS = 16

const ENV: Readonly<Record<Arm, Readonly<Record<string, string>>>> = {
  configured: {},
  everything: { OTEL_TRACES_SAMPLER: 'always_on' },
  disabled: { OTEL_SDK_DISABLED: 'true' },
}

export default defineVoyage({
  id: 'overhead',
  title: 'overhead of telemetry',
  description:
    'Short lives at the same steady rate, in turns: telemetry as it is configured, with every trace recorded (where it is configured otherwise), and disabled; three times, and up to twice more where too little was done to measure.',
  seconds: { quick: 0, default: 13 },
  lives: (facts) => ({
    starts: facts.standsBeside === true ? 5 : 2 * RUNS.default * (isSampling(facts) ? 1.5 : 1),
    stops: 0,
  }),
  skipBecause: (facts) =>
    facts.machine.isLinux ? withoutTelemetry(facts) : 'The processor time of a process can be read on Linux only',
  async sail(bridge) {
    const arms = ARMS.filter((arm) => arm !== 'everything' || isSampling(bridge.facts))
    const lived: Lifetime[] = []
    const isMissing = (): boolean =>
      lived.filter((lifetime) => isMeasurable(processorCost(lifetime))).length < RUNS[bridge.pace] * arms.length
    for (let run = 0; run < RUNS[bridge.pace] + MORE_RUNS && isMissing(); run += 1) {
      // Whichever comes first has the colder machine: the order turns round with every run.
      await inTurns(run % 2 === 0 ? arms : arms.toReversed(), bridge, {
        launch: (arm) => launchArm({ arm, run }, bridge),
        live: async (arm, ship) => lived.push(await liveOut({ arm, run }, ship, bridge)),
      })
    }
  },
})

/** Without a sampler everything is recorded anyway: the arm would be the same as the first. */
function isSampling({ env, samplingRatio }: Facts): boolean {
  return env['OTEL_TRACES_SAMPLER'] !== undefined || samplingRatio !== undefined
}

interface ArmOfRun {
  readonly arm: Arm
  readonly run: number
}

function launchArm({ arm, run }: ArmOfRun, { launch }: Bridge): Promise<Ship> {
  return launch({ label: `${arm}, run ${run + 1}`, settings: { arm, run }, env: ENV[arm] })
}

async function liveOut({ arm, run }: ArmOfRun, ship: Ship, { facts, say }: Bridge): Promise<Lifetime> {
  say(`telemetry ${arm}, run ${run + 1}`)
  if (!ship.isRunning) return ship.history.lifetime()
  const load = ship.load.keepAlive({ connections: CONNECTIONS, perSecond: PER_SECOND })
  await ship.pause(WARM_UP_MS)
  await ship.read()
  ship.mark(MEASURING_BEGAN)
  await ship.pause(MEASURED_MS)
  const isEnough = async (): Promise<boolean> => {
    await ship.read()
    return isMeasurable(processorCost(ship.history.lifetime()))
  }
  for (let ms = MEASURED_MS; ms < MOST_MEASURED_MS && ship.isRunning && !(await isEnough()); ms += MORE_MS)
    await ship.pause(MORE_MS)
  ship.mark(MEASURING_ENDED)
  await ship.read()
  await load.stop()
  await endQuickly(ship, facts)
  return ship.history.lifetime()
}
