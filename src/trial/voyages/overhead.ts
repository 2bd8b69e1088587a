import { type Arm, ARMS, MEASURING_BEGAN, MEASURING_ENDED } from '../history/marks/overhead.ts'
import type { Facts } from '../facts.ts'
import type { Bridge } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTelemetry } from '../without-telemetry.ts'

const RUNS = { quick: 0, default: 3, soak: 5 } as const
const WARM_UP_MS = 500
const MEASURED_MS = 1500
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
    'Short lives at the same steady rate, in turns: telemetry as it is configured, with every trace recorded (where it is configured otherwise), and disabled; three times.',
  seconds: { quick: 0, default: 12 },
  skipBecause: (facts) =>
    facts.machine.isLinux ? withoutTelemetry(facts) : 'The processor time of a process can be read on Linux only',
  async sail(bridge) {
    const arms = ARMS.filter((arm) => arm !== 'everything' || isSampling(bridge.facts))
    for (let run = 0; run < RUNS[bridge.pace]; run += 1) {
      // Whichever comes first has the colder machine: the order turns round with every run.
      for (const arm of run % 2 === 0 ? arms : arms.toReversed()) {
        if (bridge.signal.aborted) return
        await live({ arm, run }, bridge)
      }
    }
  },
})

/** Without a sampler everything is recorded anyway: the arm would be the same as the first. */
function isSampling({ env, samplingRatio }: Facts): boolean {
  return env['OTEL_TRACES_SAMPLER'] !== undefined || samplingRatio !== undefined
}

async function live(
  { arm, run }: { readonly arm: Arm; readonly run: number },
  { launch, say }: Pick<Bridge, 'launch' | 'say'>,
): Promise<void> {
  say(`telemetry ${arm}, run ${run + 1}`)
  await using ship = await launch({ label: `${arm}, run ${run + 1}`, settings: { arm, run }, env: ENV[arm] })
  if (!ship.isRunning) return
  const load = ship.load.keepAlive({ connections: CONNECTIONS, perSecond: PER_SECOND })
  await ship.pause(WARM_UP_MS)
  await ship.read()
  ship.mark(MEASURING_BEGAN)
  await ship.pause(MEASURED_MS)
  ship.mark(MEASURING_ENDED)
  await ship.read()
  await load.stop()
}
