import type { DependencyFact, Facts } from '../facts.ts'
import { eventsOf, type Lifetime, markedAt } from '../history/lifetime.ts'
import { DEPENDENCY_RETURNED, RECOVERY_MS } from '../history/marks/no-dependency-start.ts'
import { degradedMode, describeDegraded } from '../history/views/degraded-mode.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { faultWindows } from '../history/views/fault-windows.ts'
import { firstReady } from '../history/views/first-ready.ts'
import { probesOf } from '../history/views/probe-samples.ts'
import { describeOutcome, hasFailed, hasSucceeded, isBusiness } from '../history/views/request-success.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** So many requests have to succeed while the dependency is away, before "ready" is believed. */
const NEEDED_REQUESTS = 5

/** What libraries say when a connection is refused, in whatever language. */
const SAYS_REFUSED =
  /ECONNREFUSED|connect(?:ion)? (?:was )?(?:refused|failed)|(?:could not|cannot|can't|unable to|failed to) connect/i

export default defineTrial({
  id: 'START-04',
  slug: 'honest-without-dependency',
  claim: 'Without a dependency the service either waits, not ready, and recovers, or refuses to start and says why.',
  procedure:
    'The service is started while a dependency refuses connections, which works again some seconds later. It passes when it stays alive, not ready, and becomes ready ' +
    `within ${RECOVERY_MS / 1000} s after the return; or when it ends with an error that names the dependency. ` +
    'It fails when it says that it is ready while requests fail (unless some routes go on and the others are refused with 503), when it ends with code 0 or without a word on the dependency, or when it does not recover. When it never connects at all, nobody can tell.',
  seed: ['P7', 'P2'],
  remedy: {
    feature: 'optional components: a service that starts without them and is not ready until they are there',
    page: 'guide/resilience.md',
    change: 'Try again to connect, with longer and longer waits, and let readiness fail meanwhile.',
    rules: [],
  },
  voyages: ['no-dependency-start'],
  isTiming: false,
  skipBecause: ({ dependencies }) =>
    dependencies.length === 0
      ? 'No dependency is known; declare one with --dep name=VARIABLE, the variable that holds its address'
      : undefined,
  judge({ facts, lifetimes }) {
    const findings = lifetimes.flatMap((lifetime) => {
      const dependency = facts.dependencies.find(({ name }) => name === lifetime.settings['dependency'])
      return dependency === undefined ? [] : [lookAt(lifetime, dependency, facts)]
    })
    const evidence = findings.flatMap((finding) => finding.evidence ?? [])
    const notes = findings.flatMap((finding) => finding.note ?? [])
    const figures = findings.flatMap((finding) =>
      finding.recoveredAfterMs === undefined
        ? []
        : [{ name: 'recoveredAfterMs', value: Math.round(finding.recoveredAfterMs) }],
    )
    if (evidence.length > 0) return fail(evidence[0]?.says ?? '', { evidence, notes, figures })
    const unclear = findings.find((finding) => finding.because !== undefined)
    if (unclear?.because !== undefined) return inconclusive(unclear.because, { notes, figures })
    if (findings.length === 0) return inconclusive('No start without a dependency was seen', { notes, figures })
    return pass(`Honest without a dependency, in ${counted(findings.length, 'start')}`, { notes, figures })
  },
})

interface Finding {
  readonly evidence?: Evidence
  /** Why nobody can tell. */
  readonly because?: string
  readonly note?: string
  readonly recoveredAfterMs?: number
}

function lookAt(lifetime: Lifetime, dependency: DependencyFact, facts: Facts): Finding {
  const spawnedAt = eventsOf(lifetime, 'spawned')[0]?.at
  const outage = faultWindows(lifetime, (target) => target === dependency.name)[0]
  if (spawnedAt === undefined || outage === undefined || outage.from > spawnedAt)
    return { because: `"${dependency.name}" was not away from the beginning in "${lifetime.label}"` }
  const returnedAt = Math.min(markedAt(lifetime, DEPENDENCY_RETURNED) ?? Infinity, outage.to)
  const failed = (says: string, to: number): Finding => ({
    evidence: { says, seen: { lifetime: lifetime.id, from: spawnedAt, to }, lines: lastLines(lifetime) },
  })

  const exited = exitedByItself(lifetime)
  if (exited !== undefined && exited.at <= returnedAt) {
    const how = `ended with ${describeExit(exited)} ${Math.round(exited.at - spawnedAt)} ms after its start without "${dependency.name}"`
    if (exited.code === 0) return failed(`The process ${how}: nobody learns that it failed`, exited.at)
    if (exited.at - spawnedAt > facts.startupMs.value)
      return failed(`The process ${how}, after its startup budget of ${facts.startupMs.value} ms`, exited.at)
    if (!namesDependency(lifetime, dependency)) return failed(`The process ${how} and did not say why`, exited.at)
    return {
      note: `The process ${how} and said why: it is started again and again until "${dependency.name}" is there`,
    }
  }
  const ready = firstReady(lifetime, facts)
  if (ready !== undefined && ready.at < returnedAt) return whenReady(lifetime, dependency, ready.at, returnedAt)
  // A port that is closed tells nobody who knocked: that the dependency is needed shows when it is back.
  if (exited !== undefined)
    return failed(`The process ended with ${describeExit(exited)} after "${dependency.name}" had returned`, exited.at)
  if (ready !== undefined && ready.at - returnedAt <= RECOVERY_MS)
    return {
      recoveredAfterMs: ready.at - returnedAt,
      note: `Ready ${Math.round(ready.at - returnedAt)} ms after "${dependency.name}" had returned`,
    }
  const watchedUntil = ready?.at ?? lastQuestion(lifetime)
  if (watchedUntil - returnedAt < RECOVERY_MS)
    return {
      because: `Not ready yet when the watch ended, ${Math.round(Math.max(0, watchedUntil - returnedAt))} ms after "${dependency.name}" had returned`,
    }
  return failed(
    `Not ready ${Math.round(watchedUntil - returnedAt)} ms after "${dependency.name}" had returned`,
    watchedUntil,
  )
}

/** It said that it was ready, or took connections, while the dependency was away. */
function whenReady(lifetime: Lifetime, { name }: DependencyFact, readyAt: number, returnedAt: number): Finding {
  const requests = eventsOf(lifetime, 'request').filter(
    (request) => isBusiness(request) && request.startedAt >= readyAt && request.at <= returnedAt,
  )
  const failed = requests.filter(hasFailed)
  const succeeded = requests.filter(hasSucceeded)
  const seen = {
    lifetime: lifetime.id,
    from: readyAt,
    to: returnedAt,
    requests: failed.slice(0, 20).map(({ id }) => id),
  }
  const [first] = failed
  const degraded = degradedMode(requests)
  if (degraded !== undefined)
    return { note: `Ready without "${name}", in a degraded mode: ${describeDegraded(degraded)}` }
  if (first !== undefined) {
    const says = `Ready without "${name}", and ${failed.length} of ${requests.length} requests failed; the first was ${describeOutcome(first)}`
    return { evidence: { says, seen } }
  }
  if (!wasDialled(lifetime, name))
    return { because: `The service never tried to connect to "${name}", neither while it was away nor after` }
  if (succeeded.length < NEEDED_REQUESTS)
    return {
      evidence: { says: `Ready without "${name}", and only ${succeeded.length} requests succeeded meanwhile`, seen },
    }
  return {
    note: `Ready without "${name}": all of ${succeeded.length} requests succeeded all the same, so this is taken for a degraded mode`,
  }
}

function wasDialled(lifetime: Lifetime, name: string): boolean {
  return eventsOf(lifetime, 'dependency').some(({ dependency, what }) => dependency === name && what !== 'closed')
}

function namesDependency(lifetime: Lifetime, { name, variable, host, protocol }: DependencyFact): boolean {
  const words = [name, variable, host, protocol].map((word) => word.toLowerCase())
  return eventsOf(lifetime, 'output').some(({ line }) => {
    const lower = line.toLowerCase()
    return SAYS_REFUSED.test(line) || words.some((word) => lower.includes(word))
  })
}

function lastQuestion(lifetime: Lifetime): number {
  return probesOf(lifetime, 'ready').at(-1)?.at ?? lifetime.events.at(-1)?.at ?? 0
}
