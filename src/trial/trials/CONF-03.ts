import type { Facts } from '../facts.ts'
import { PER_SECOND, STORM_MS } from '../history/marks/reload-storm.ts'
import { lastLines } from '../history/views/exits.ts'
import { type ReloadStorm, reloadStormOf } from '../history/views/reload-storm.ts'
import { describeOutcome, hasFailed } from '../history/views/request-success.ts'
import { restartOf } from '../history/views/restarts.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'
import { withoutReload } from '../without-reload.ts'

const EFFECT_MS = 5000
const MIN_REQUESTS = 100
/** Fewer changes, or over so much more time, are no storm. */
const MIN_CHANGES = 100
const MAX_STORM_MS = 2 * STORM_MS
/** What pools, exporters and the runtime may have opened meanwhile, … */
const FREE_FILES = 4
/** … and of the reloads, the share of which something may be left: a service that takes many as one leaves less behind. */
const FREE_RATIO = 0.02

export default defineTrial({
  id: 'CONF-03',
  slug: 'reload-storm',
  claim: 'Reloads in quick succession cost no request and leave nothing behind, and the last one counts.',
  procedure:
    `After one change that was seen and taken back, the declared file is changed ${PER_SECOND} times a second for ${STORM_MS / 1000} s under load, and the declared signal sent each time. ` +
    `It fails when a request fails, the process ends or closes its port, the last value is not in force within ${EFFECT_MS / 1000} s, or more files are open afterwards than before: more than ${FREE_FILES}, and than ${FREE_RATIO * 100} % of the reloads. ` +
    `Nobody can tell when the single change was not seen, when fewer than ${MIN_CHANGES} changes were made, or fewer than ${MIN_REQUESTS} requests.`,
  seed: ['P6', 'A5'],
  remedy: {
    feature: 'seaworthy/reload: one reload at a time, and another one after it when something changed meanwhile',
    page: 'guide/configuration-reload.md',
    change:
      'Do one reload at a time; remember that another was asked for and do it afterwards, once; and close what each has opened.',
    rules: [],
  },
  voyages: ['storm-of-reloads'],
  isTiming: false,
  isExtra: true,
  skipBecause: withoutReload,
  judge({ facts, lifetimes }) {
    const storm = lifetimes.map((lifetime) => reloadStormOf(lifetime)).find((each) => each !== undefined)
    if (storm === undefined) return inconclusive('The file was never changed so often.')
    const { requests, count } = storm
    const figures = figuresOf(storm)
    const restarts = restartOf(storm.lifetime, {
      from: storm.from,
      to: storm.watchedUntil,
      after: 'the storm began',
      because: 'it restarts to reload',
    })
    const [restart] = restarts
    if (restart !== undefined) return fail(restart.says, { evidence: restarts, figures })
    const because = whyUnclear(storm, facts)
    if (because !== undefined) return inconclusive(because, { figures })
    const evidence = [...failedOf(storm), ...effectOf(storm), ...filesOf(storm)]
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    if (requests.length < MIN_REQUESTS)
      return inconclusive(`Only ${requests.length} requests were made meanwhile; it takes ${MIN_REQUESTS}.`, {
        figures,
      })
    if (storm.before === undefined || storm.after === undefined)
      return inconclusive('Nobody could count the open files, so it is not known whether reloads leave any.', {
        figures,
      })
    return pass(
      `${count} reloads, the last in force after ${Math.round((storm.effectAt ?? 0) - storm.lastChangedAt)} ms; 0 of ${requests.length} requests failed: at most ${percent(upperBoundOfNone(requests.length))} with 95 %; ${storm.before.openFileCount} open files before and ${storm.after.openFileCount} after.`,
      { figures },
    )
  },
})

function whyUnclear({ seenBefore, expects, quiet, count, from, lastChangedAt }: ReloadStorm, facts: Facts) {
  const { path = 'the path', before = '' } = facts.reload?.observe ?? {}
  const first = seenBefore.findIndex(({ body }) => body?.includes(expects) === true)
  const isTakenBack = seenBefore.at(-1)?.body?.includes(before) === true
  if (first === -1 || !isTakenBack)
    return `${path} did not show a single change that was made and taken back before the storm: see CONF-01.`
  if (quiet.some(hasFailed)) return 'Requests failed before the storm, so it can not be told what it cost.'
  const seconds = ((lastChangedAt - from) / 1000).toFixed(1)
  if (count < MIN_CHANGES || lastChangedAt - from > MAX_STORM_MS)
    return `The file was changed ${count} times in ${seconds} s, and that is no storm.`
  return undefined
}

function failedOf({ lifetime, requests }: ReloadStorm): Evidence[] {
  const failed = requests.filter(hasFailed)
  const [first] = failed
  if (first === undefined) return []
  return [
    {
      says: `${failed.length} of ${requests.length} requests failed in the storm; the first was ${describeOutcome(first)}.`,
      seen: {
        lifetime: lifetime.id,
        from: first.startedAt,
        to: first.at,
        requests: failed.slice(0, 20).map(({ id }) => id),
      },
    },
  ]
}

function effectOf({ lifetime, count, effectAt, lastChangedAt, watchedUntil, lastSeen }: ReloadStorm): Evidence[] {
  if (effectAt !== undefined && effectAt - lastChangedAt <= EFFECT_MS) return []
  const last = `the last of ${count} reloads`
  return [
    {
      says:
        effectAt === undefined
          ? `The value of ${last} was not in force ${((watchedUntil - lastChangedAt) / 1000).toFixed(1)} s after it.`
          : `The value of ${last} was in force only ${Math.round(effectAt - lastChangedAt)} ms after it.`,
      seen: {
        lifetime: lifetime.id,
        from: lastChangedAt,
        to: effectAt ?? watchedUntil,
        ...(lastSeen === undefined ? {} : { requests: [lastSeen.id] }),
      },
      lines: lastLines(lifetime),
    },
  ]
}

function filesOf({ lifetime, from, count, before, after }: ReloadStorm): Evidence[] {
  if (before === undefined || after === undefined) return []
  const grown = after.openFileCount - before.openFileCount
  if (grown <= Math.max(FREE_FILES, count * FREE_RATIO)) return []
  return [
    {
      says: `${grown} more files are open after ${count} reloads: ${before.openFileCount} before, ${after.openFileCount} after.`,
      seen: { lifetime: lifetime.id, from, to: after.at },
      lines: [before, after].map(
        ({ openFileCount, threadCount, sockets = {} }) =>
          `${openFileCount} open files, ${threadCount} threads; sockets: ${
            Object.entries(sockets)
              .map(([state, each]) => `${each} ${state}`)
              .join(', ') || 'none'
          }`,
      ),
    },
  ]
}

function figuresOf({ count, from, lastChangedAt, requests, effectAt, before, after }: ReloadStorm): Figure[] {
  return [
    { name: 'reloadCount', value: count },
    { name: 'stormMs', value: Math.round(lastChangedAt - from) },
    { name: 'requestCount', value: requests.length },
    { name: 'failedCount', value: requests.filter(hasFailed).length },
    ...(effectAt === undefined ? [] : [{ name: 'effectAfterMs', value: Math.round(effectAt - lastChangedAt) }]),
    ...(before === undefined || after === undefined
      ? []
      : [
          { name: 'openFilesBeforeCount', value: before.openFileCount },
          { name: 'openFilesAfterCount', value: after.openFileCount },
        ]),
  ]
}
