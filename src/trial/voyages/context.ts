import type { Facts } from '../facts.ts'
import { BAGGAGE, CONCURRENCY, LOAD_BEGAN, LOAD_ENDED, TRACE_STATE } from '../history/marks/context.ts'
import { endOnceTold } from '../manoeuvres/end-once-told.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import { defineVoyage } from '../voyage.ts'

/** What the service asks of its dependencies by itself is seen here, and known again. */
const IDLE_MS = 500
/** So that calls of many requests are under way at the same time, and end in another order than they began. */
const DEPENDENCY_DELAY_MS = 50
const LOAD_MS = { quick: 1000, default: 1500, soak: 5000 } as const
/** A slow service gets more time for so many requests, up to a limit. */
const ENOUGH_REQUESTS = 250
/** The same where not every request has a call. */
const ENOUGH_CALLS = 150
const MAX_LOAD_MS = 6000
const QUIET = { quietMs: 800, timeoutMs: 3000 } as const

export default defineVoyage({
  id: 'context',
  title: 'context under concurrency',
  description:
    'Fifty requests at a time, each with a trace, a tracestate, baggage and a nonce of its own, while HTTP dependencies answer 50 ms late.',
  seconds: { quick: 3, default: 4 },
  lives: () => ({ starts: 1, stops: 0 }),
  skipBecause: (facts) =>
    httpDependencies(facts).length === 0 ? 'No HTTP dependency is known: say one with --dep name=VARIABLE' : undefined,
  async sail({ facts, launch, pace, say }) {
    await using ship = await launch({ label: 'fifty at a time', env: OFTEN_EXPORTING })
    if (!ship.isRunning) return
    for (const name of httpDependencies(facts)) {
      await ship.setDependencyFault(name, { kind: 'slow', delayMs: DEPENDENCY_DELAY_MS })
    }
    await ship.pause(IDLE_MS)
    say(`${CONCURRENCY} requests at a time`)
    ship.mark(LOAD_BEGAN)
    const load = ship.load.burn({
      connections: CONCURRENCY,
      nonce: true,
      headers: { tracestate: TRACE_STATE, baggage: BAGGAGE },
    })
    await ship.pause(LOAD_MS[pace])
    const until = ship.history.now() + MAX_LOAD_MS
    const isEnough = (): boolean => {
      const calls = ship.history.soFar('downstream').filter(({ what }) => what === 'began').length
      return load.sentCount >= ENOUGH_REQUESTS && (calls === 0 || calls >= ENOUGH_CALLS)
    }
    while (!isEnough() && ship.isRunning && ship.history.now() < until) await ship.pause(100)
    await load.stop()
    ship.mark(LOAD_ENDED)
    await ship.whenTelemetryIsQuiet(QUIET)
    await endOnceTold(ship, facts)
  },
})

function httpDependencies({ dependencies }: Facts): string[] {
  return dependencies.filter(({ protocol }) => protocol === 'http').map(({ name }) => name)
}
