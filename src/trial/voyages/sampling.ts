import { IS_TOLD, LOAD_BEGAN, LOAD_ENDED, RATIO } from '../history/marks/sampling.ts'
import { endOnceTold } from '../manoeuvres/end-once-told.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
import type { Facts } from '../facts.ts'
import type { RunningLoad } from '../ship/loads.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTraces } from '../without-telemetry.ts'

/** Told by variables. 1 is the run that shows whether anything gets lost. */
const RATIOS = [1, 0.25, 0.1] as const
/** With so many the exact interval of 99.99 % is 3.4 points to each side at a tenth: told from 0.15, and never refuted by chance. */
const ROOTS = 1200
/** Enough to compare, where the ratio is not in question. */
const ROOTS_OF_CONTROL = 100
const ROOTS_PER_SECOND = 400
const SAMPLED_PER_SECOND = 50
const NEEDED_SAMPLED = 80
const CONNECTIONS = 16
/** On a busy machine it takes longer, the more so with three lives at a time. */
const MAX_SENDING_MS = 15_000
const QUIET = { quietMs: 800, timeoutMs: 5000 } as const

export default defineVoyage({
  id: 'sampling',
  title: 'sampling',
  description:
    'Three lives with OTEL_TRACES_SAMPLER=parentbased_traceidratio, at 1, 0.25 and 0.1 (or one, as the service says that it samples by itself): 1200 requests without a trace context, and some with a sampled and a not sampled one.',
  seconds: { quick: 0, default: 10 },
  lives: (facts) => ({
    starts: isSideBySide(facts) || facts.samplingRatio !== undefined ? 1 : RATIOS.length,
    stops: 0,
  }),
  skipBecause: withoutTraces,
  async sail(bridge) {
    const { samplingRatio } = bridge.facts
    if (samplingRatio !== undefined) return liveAt({ ratio: samplingRatio, isTold: false }, bridge)
    const facts = { standsBeside: isSideBySide(bridge.facts) }
    await sideBySide(RATIOS, { facts, signal: bridge.signal }, (ratio) => liveAt({ ratio, isTold: true }, bridge))
  },
})

/** Each keeps a processor busy: with fewer, too few requests would be answered in their time. */
function isSideBySide({ standsBeside, machine }: Facts): boolean {
  return standsBeside === true && machine.processorCount > RATIOS.length
}

interface Sampler {
  readonly ratio: number
  readonly isTold: boolean
}

async function liveAt({ ratio, isTold }: Sampler, { facts, launch, say }: Bridge): Promise<void> {
  say(`sampling at ${ratio}`)
  await using ship = await launch({
    label: `at ${ratio}`,
    settings: { [RATIO]: ratio, [IS_TOLD]: isTold },
    env: {
      ...OFTEN_EXPORTING,
      ...(isTold && { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: String(ratio) }),
    },
  })
  if (!ship.isRunning) return
  ship.mark(LOAD_BEGAN)
  const roots = ship.load.keepAlive({ connections: CONNECTIONS, perSecond: ROOTS_PER_SECOND, trace: 'none' })
  const sampled = ship.load.keepAlive({ connections: 4, perSecond: SAMPLED_PER_SECOND })
  const unsampled = ship.load.keepAlive({ connections: 4, perSecond: SAMPLED_PER_SECOND, trace: 'not-sampled' })
  await sendUntil(ship, [
    { load: roots, count: ratio === 1 ? ROOTS_OF_CONTROL : ROOTS },
    // To the end, so that it is known by them when all has arrived.
    { load: sampled, count: NEEDED_SAMPLED, notBefore: roots },
    { load: unsampled, count: NEEDED_SAMPLED },
  ])
  await Promise.all([roots.stop(), sampled.stop(), unsampled.stop()])
  ship.mark(LOAD_ENDED)
  await ship.whenTelemetryIsQuiet(QUIET)
  await endOnceTold(ship, facts, { needsMetrics: facts.telemetry.metrics })
}

/** Each load ends when it has sent enough, so that none outnumbers what queues can hold. */
async function sendUntil(
  ship: Ship,
  loads: readonly { readonly load: RunningLoad; readonly count: number; readonly notBefore?: RunningLoad }[],
): Promise<void> {
  const until = ship.history.now() + MAX_SENDING_MS
  const isSending = new Set(loads)
  const goesOn = (load: RunningLoad | undefined): boolean => [...isSending].some((each) => each.load === load)
  while (isSending.size > 0 && ship.isRunning && ship.history.now() < until) {
    await ship.pause(50)
    for (const each of isSending) {
      if (each.load.sentCount < each.count || goesOn(each.notBefore)) continue
      each.load.sendNoMore()
      isSending.delete(each)
    }
  }
}
