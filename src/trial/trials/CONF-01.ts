import { eventsOf, markedAt } from '../history/lifetime.ts'
import { RELOAD_BEGAN } from '../history/marks/reload.ts'
import { lastLines } from '../history/views/exits.ts'
import { effectAt, reloadChanges } from '../history/views/reload-steps.ts'
import { describeOutcome, hasFailed, isBusiness } from '../history/views/request-success.ts'
import { restartOf } from '../history/views/restarts.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence } from '../verdict/verdict.ts'
import { withoutReload } from '../without-reload.ts'

const EFFECT_MS = 5000
const MIN_REQUESTS = 20

export default defineTrial({
  id: 'CONF-01',
  slug: 'configuration-reloads',
  claim: 'A changed configuration takes effect without a restart and without a failed request.',
  procedure:
    'Under load, the declared file is changed (and the declared signal sent), and an answer that shows the value in force is looked at every 100 ms. ' +
    `It fails when the new value is not seen within ${EFFECT_MS / 1000} s, a request fails, the process ends, or its port is closed. ` +
    'Nobody can tell when the old value was not seen before, or fewer than 20 requests were made meanwhile.',
  seed: ['P6'],
  remedy: {
    feature: 'seaworthy/reload: a new configuration as a whole, or not at all',
    page: 'guide/configuration-reload.md',
    change:
      'Read the file again when it changes, check it as a whole, and put the new values in the place of the old at once.',
    rules: [],
  },
  voyages: ['reload'],
  isTiming: false,
  skipBecause: withoutReload,
  judge({ facts, lifetimes }) {
    const lifetime = lifetimes.find((each) => reloadChanges(each).some(({ step }) => step === 'good'))
    const change = lifetime === undefined ? undefined : reloadChanges(lifetime).find(({ step }) => step === 'good')
    if (lifetime === undefined || change === undefined) return inconclusive('The file was never changed.')
    const began = markedAt(lifetime, RELOAD_BEGAN) ?? change.from
    const effect = effectAt(change)
    const requests = eventsOf(lifetime, 'request').filter(
      (request) => isBusiness(request) && request.startedAt >= began && request.startedAt < change.to,
    )
    const failedBefore = requests.filter((request) => request.at < change.from && hasFailed(request))
    const failed = requests.filter((request) => request.at >= change.from && hasFailed(request))
    const figures = [
      { name: 'requestCount', value: requests.length },
      { name: 'failedCount', value: failed.length },
      ...(effect === undefined ? [] : [{ name: 'effectAfterMs', value: Math.round(effect - change.from) }]),
    ]
    const evidence: Evidence[] = [
      ...restartOf(lifetime, {
        from: change.from,
        to: change.to,
        after: 'the change',
        because: 'it restarts to reload',
      }),
    ]
    const [first] = failed
    if (first !== undefined && failedBefore.length === 0)
      evidence.push({
        says: `${failed.length} of ${requests.length} requests failed while it reloaded; the first was ${describeOutcome(first)}.`,
        seen: {
          lifetime: lifetime.id,
          from: first.startedAt,
          to: first.at,
          requests: failed.slice(0, 20).map(({ id }) => id),
        },
      })
    const before = facts.reload?.observe.before ?? ''
    const sawBefore = eventsOf(lifetime, 'request').some(
      ({ load, body, at }) => load === 'observe' && at < change.from && body?.includes(before) === true,
    )
    if (evidence.length === 0 && !sawBefore)
      return inconclusive(
        `The answer of ${facts.reload?.observe.path ?? 'the path'} did not show the old value before the change.`,
        { figures },
      )
    if (effect === undefined || effect - change.from > EFFECT_MS) {
      const watchedS = ((change.to - change.from) / 1000).toFixed(1)
      if (effect === undefined && evidence.length === 0 && change.to - change.from < EFFECT_MS)
        return inconclusive(`The new value was not seen, but it was watched for ${watchedS} s only.`, { figures })
      evidence.push({
        says:
          effect === undefined
            ? `The new value was not in force ${watchedS} s after the change.`
            : `The new value was in force only ${Math.round(effect - change.from)} ms after the change.`,
        seen: { lifetime: lifetime.id, from: change.from, to: effect ?? change.to },
        lines: lastLines(lifetime),
      })
    }
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    if (failedBefore.length > 0)
      return inconclusive('Requests failed before the change, so it can not be told what it cost.', { figures })
    if (requests.length < MIN_REQUESTS)
      return inconclusive(`The new value came, but only ${requests.length} requests were made meanwhile.`, { figures })
    return pass(
      `In force after ${Math.round((effect ?? 0) - change.from)} ms, and 0 of ${requests.length} requests failed: at most ${percent(upperBoundOfNone(requests.length))} with 95 %.`,
      { figures },
    )
  },
})
