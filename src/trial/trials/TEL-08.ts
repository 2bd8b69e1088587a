import { lostSpans, type LostSpans } from '../history/views/lost-spans.ts'
import { defineTrial } from '../trial.ts'
import { withoutTraces } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'

const NEEDED_STEADY = 10
/** Of what comes before the outage: who loses more then, or does not record it, loses it in some other way. */
const STEADY_RATIO = 0.9
/** Fewer may be under way at any time. */
const NEEDED_LOST = 20
const SHOWN_LENGTH = 200

export default defineTrial({
  id: 'TEL-08',
  slug: 'lost-telemetry-is-told',
  claim: 'What telemetry is lost while the collector takes nothing is told by a line, a log record or a metric.',
  procedure:
    'The collector answers 503 for four seconds while as much is asked as the service answers, with a queue for 512 spans; then it takes everything again for some seconds, and the service is stopped. ' +
    `It fails when ${NEEDED_LOST} spans or more of answered requests never came and nothing says that any was dropped, or that an export failed: no line or record that is new since then, and no metric of the SDK about itself (otel.sdk.*, or one that counts what was dropped or failed). How much is lost is not judged, and one such line for the whole outage is enough. ` +
    'Nobody can tell when nothing was lost, or when spans were missing before.',
  seed: ['P5'],
  remedy: {
    feature: 'counters of what was dropped, by signal and reason, and the line that an export failed',
    page: 'guide/telemetry.md',
    change:
      'Let the SDK say what it could not send: a logger for its diagnostics (diag.setLogger, OTEL_LOG_LEVEL=warn), or its metrics about itself, with an alarm on them.',
    rules: [],
  },
  voyages: ['lost-telemetry'],
  isTiming: false,
  isExtra: true,
  skipBecause: withoutTraces,
  judge({ lifetimes }) {
    const [outage] = lifetimes.flatMap((lifetime) => lostSpans(lifetime) ?? [])
    if (outage === undefined) return inconclusive('The collector was never taken away from a service that ran')
    const { lifetime, from, to, steady, overflow, refusedExportCount, says } = outage
    const lostCount = overflow.answeredCount - overflow.arrivedCount
    const figures = [
      { name: 'answeredCount', value: overflow.answeredCount },
      { name: 'lostCount', value: lostCount },
      { name: 'refusedExportCount', value: refusedExportCount },
      { name: 'isTold', value: says.length > 0 },
    ]
    const missing = whatIsMissing(outage, lostCount)
    if (missing !== undefined) return inconclusive(missing, { figures })
    const lost = `${lostCount} of ${overflow.answeredCount} spans were lost while the collector took nothing`
    if (says.length === 0) {
      const evidence = [
        {
          says: `${lost}, and ${steady.arrivedCount} of ${steady.answeredCount} came before`,
          seen: { lifetime: lifetime.id, from, to },
        },
      ]
      return fail(`${lost}, and no line, log record or metric says so.`, { evidence, figures })
    }
    const notes = says.map(({ place, text }) => `By ${place}: ${text.slice(0, SHOWN_LENGTH)}`)
    return pass(`${lost}, and the service says so by ${says.map(({ place }) => place).join(' and ')}`, {
      figures,
      notes,
    })
  },
})

function whatIsMissing({ steady, refusedExportCount }: LostSpans, lostCount: number): string | undefined {
  if (steady.answeredCount < NEEDED_STEADY)
    return `Only ${steady.answeredCount} requests were answered before; it takes ${NEEDED_STEADY}`
  if (steady.arrivedCount < steady.answeredCount * STEADY_RATIO)
    return `Only ${steady.arrivedCount} of ${steady.answeredCount} spans came before the collector was taken away: what is missing later may never have been recorded`
  if (refusedExportCount === 0) return 'The service sent nothing while the collector refused'
  if (lostCount < NEEDED_LOST)
    return `${lostCount} spans were lost, so there was nothing to tell; it takes ${NEEDED_LOST}`
  return undefined
}
