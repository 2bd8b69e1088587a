import { COLLECTOR_RETURNED, OVERFLOW_BEGAN, STEADY_BEGAN } from '../history/marks/lost-telemetry.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTraces } from '../without-telemetry.ts'

const STEADY_MS = 1500
/** Two exports: what is asked before has to be seen to come. */
const EXPORTED_WITHIN_MS = 1500
const OVERFLOW_MS = 4000
const AFTER_MS = 3000
const PER_SECOND = 20
const FULL_RATE_CONNECTIONS = 16
const QUIET = { quietMs: 800, timeoutMs: 4000 } as const
/** So small that it overflows in a moment, and attempts so short that they are given up in an outage of seconds. */
const SMALL_QUEUES = {
  OTEL_BSP_MAX_QUEUE_SIZE: '512',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '128',
  OTEL_BSP_EXPORT_TIMEOUT: '1500',
  OTEL_EXPORTER_OTLP_TIMEOUT: '1500',
} as const

export default defineVoyage({
  id: 'lost-telemetry',
  title: 'lost telemetry',
  description:
    'A collector that answers 503 for 4 s while as much is asked as the service answers, with a small queue for its spans; then it takes everything again.',
  seconds: { quick: 0, default: 15 },
  skipBecause: withoutTraces,
  async sail({ launch, say }) {
    await using ship = await launch({ label: 'a queue that overflows', env: { ...OFTEN_EXPORTING, ...SMALL_QUEUES } })
    if (!ship.isRunning) return
    const steady = ship.load.keepAlive({ connections: 4, perSecond: PER_SECOND })
    ship.mark(STEADY_BEGAN)
    await ship.pause(STEADY_MS)
    await steady.stop()
    await ship.whenTelemetryIsQuiet({ ...QUIET, timeoutMs: EXPORTED_WITHIN_MS })
    say('the collector takes nothing')
    await ship.setCollectorFault({ kind: 'status', httpStatus: 503 })
    ship.mark(OVERFLOW_BEGAN)
    const burning = ship.load.burn({ connections: FULL_RATE_CONNECTIONS })
    await ship.pause(OVERFLOW_MS)
    await burning.stop()
    await ship.setCollectorFault(undefined)
    ship.mark(COLLECTOR_RETURNED)
    say('the collector is back')
    const after = ship.load.keepAlive({ connections: 4, perSecond: PER_SECOND })
    await ship.pause(AFTER_MS)
    await after.stop()
    await ship.whenTelemetryIsQuiet(QUIET)
    // What it says of its losses at its end counts, too: it is stopped as usual.
    await ship.end()
  },
})
