import type { Facts } from '../facts.ts'
import type { ProbeEvent } from '../history/event.ts'
import { eventsOf, type Lifetime, markedAt } from '../history/lifetime.ts'
import { BUSY_BEGAN, BUSY_ENDED, FROZEN, THAWED } from '../history/marks/frozen.ts'
import { signalledAt, stoppedAt } from '../history/views/end-of-life.ts'
import { describeExit, exitedByItself } from '../history/views/exits.ts'
import { outagesOf } from '../history/views/fault-windows.ts'
import { harnessLatenessMs } from '../history/views/harness-lateness.ts'
import { probesOf, tookMs } from '../history/views/probe-samples.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Sighting } from '../verdict/verdict.ts'

/** How long after SIGCONT liveness may take to answer again. */
const RETURN_MS = 2000
/** A service without progress for so long is stuck; one that is merely busy may be late for as long. */
const STUCK_MS = 10_000
/** A kubelet gives a probe so long. */
const LATE_MS = 1000

export default defineTrial({
  id: 'PROBE-02',
  slug: 'liveness-does-not-lie',
  claim: 'Liveness says whether the process makes progress, and nothing else.',
  procedure:
    'Every process of the service is frozen for some seconds (SIGSTOP): liveness must not be answered then, and again within 2 s after SIGCONT. Dependencies are taken away, and more is sent than the service can do at once: liveness must not say no. ' +
    `It fails when as many answers in a row as restart a container say no although the process works, when none comes for more than ${STUCK_MS / 1000} s from a service that works, when it does not come back, or when it says yes for more than ${STUCK_MS / 1000} s without progress. ` +
    'An answer that is late because the service is busy is a note.',
  seed: ['P2'],
  remedy: {
    feature: 'liveness beside the event loop, from a heartbeat: a busy loop is alive, a stuck one is not',
    page: 'guide/off-loop-probes.md',
    change: 'Let liveness look at nothing outside of the process: no database, no broker, no collector.',
    rules: [],
  },
  voyages: ['frozen', 'outage', 'no-dependency-start'],
  essential: ['frozen'],
  // Its limits are in seconds; noise as long as that is looked for below.
  isTiming: false,
  skipBecause: ({ probes }) =>
    probes.live === undefined ? 'The service has no liveness probe; declare its path with --live' : undefined,
  judge({ facts, lifetimes }) {
    const findings = lifetimes.flatMap((lifetime) => [
      ...judgeFreeze(lifetime),
      ...judgeOutages(lifetime, facts),
      ...judgeBusy(lifetime, facts),
    ])
    const evidence = findings.flatMap((finding) => finding.evidence ?? [])
    const notes = findings.flatMap((finding) => finding.note ?? [])
    const figures = findings.flatMap((finding) => finding.figure ?? [])
    if (evidence.length > 0) return fail(evidence[0]?.says ?? '', { evidence, notes, figures })
    const unclear = findings.find((finding) => finding.because !== undefined)
    if (unclear?.because !== undefined) return inconclusive(unclear.because, { notes, figures })
    const seen = new Set(findings.map(({ part }) => part))
    if (!seen.has('freeze')) return inconclusive('The service was not frozen', { notes, figures })
    if (facts.dependencies.length > 0 && !seen.has('outage'))
      return inconclusive('Liveness was not asked while a dependency was away', { notes, figures })
    return pass(`Liveness told the truth ${[...seen].map((part) => SITUATIONS[part]).join(', and ')}`, {
      notes,
      figures,
    })
  },
})

const SITUATIONS = {
  freeze: 'of a frozen process',
  outage: 'without a dependency',
  busy: 'of a busy service',
} as const

interface Finding {
  readonly part: keyof typeof SITUATIONS
  readonly evidence?: Evidence
  /** Why nobody can tell. */
  readonly because?: string
  readonly note?: string
  readonly figure?: { readonly name: string; readonly value: number }
}

function judgeFreeze(lifetime: Lifetime): Finding[] {
  const frozenAt = markedAt(lifetime, FROZEN)
  const thawedAt = markedAt(lifetime, THAWED)
  if (frozenAt === undefined || thawedAt === undefined) return []
  const part = 'freeze'
  const unclear = (because: string): Finding[] => [{ part, because }]
  if (!probesOf(lifetime, 'live', -Infinity, frozenAt).some(({ isSuccess }) => isSuccess))
    return unclear('Liveness never said yes before the service was frozen')
  const asked = probesOf(lifetime, 'live', frozenAt, thawedAt)
  const yes = asked.filter(({ isSuccess, at }) => isSuccess && at < thawedAt)
  const frozenForMs = thawedAt - frozenAt
  const seen = { lifetime: lifetime.id, from: frozenAt, to: thawedAt }
  const last = yes.at(-1)
  if (last !== undefined && last.at - frozenAt > STUCK_MS)
    return [
      {
        part,
        evidence: { says: `Liveness said yes ${seconds(last.at - frozenAt)} after the process had been frozen`, seen },
      },
    ]
  if (!asked.some(({ isSuccess }) => !isSuccess))
    return unclear(
      `Liveness was answered, or not asked, while the service was frozen for ${seconds(frozenForMs)}: the freeze did not hold it`,
    )
  const back = probesOf(lifetime, 'live').find(({ isSuccess, at }) => isSuccess && at >= thawedAt)
  const backMs = (back?.at ?? Infinity) - thawedAt
  if (backMs <= RETURN_MS) return [{ part, figure: { name: 'aliveAfterThawMs', value: Math.round(backMs) } }]
  const exited = exitedByItself(lifetime)
  const watchedUntil = back?.at ?? Math.min(signalledAt(lifetime), lifetime.events.at(-1)?.at ?? thawedAt)
  const to = Math.min(watchedUntil, exited?.at ?? Infinity)
  if (exited === undefined && watchedUntil - thawedAt < RETURN_MS)
    return unclear(`The service was watched for ${seconds(watchedUntil - thawedAt)} only after it had been thawed`)
  const latenessMs = harnessLatenessMs(lifetime, thawedAt, to)
  if (latenessMs >= RETURN_MS) return unclear(tooBusy(latenessMs))
  const what =
    exited === undefined
      ? `did not say yes again within ${seconds(RETURN_MS)}`
      : `never came back: the process ended with ${describeExit(exited)}`
  return [
    {
      part,
      evidence: {
        says: `Liveness ${what} after it had been frozen for ${seconds(frozenForMs)}`,
        seen: { ...seen, to },
      },
    },
  ]
}

function judgeOutages(lifetime: Lifetime, facts: Facts): Finding[] {
  return outagesOf(lifetime).flatMap(({ target, fault, from, to }) =>
    judgeWindow(lifetime, facts, { part: 'outage', from, to, during: `while "${target}" was away (${fault})` }),
  )
}

function judgeBusy(lifetime: Lifetime, facts: Facts): Finding[] {
  const from = markedAt(lifetime, BUSY_BEGAN)
  if (from === undefined) return []
  const to = markedAt(lifetime, BUSY_ENDED) ?? Infinity
  return judgeWindow(lifetime, facts, { part: 'busy', from, to, during: 'while the service was busy' })
}

interface Window {
  readonly part: 'outage' | 'busy'
  readonly from: number
  readonly to: number
  readonly during: string
}

/** The process works all through the window: whoever says no is wrong, and who says nothing for too long, too. */
function judgeWindow(lifetime: Lifetime, facts: Facts, { part, from, to, during }: Window): Finding[] {
  const aliveSince = probesOf(lifetime, 'live').find(({ isSuccess }) => isSuccess)?.at
  if (aliveSince === undefined) return []
  const end = Math.min(to, stoppedAt(lifetime))
  const samples = probesOf(lifetime, 'live', Math.max(from, aliveSince), end).filter(
    ({ at, status }) => status !== undefined || at < stoppedAt(lifetime),
  )
  if (samples.length === 0) return []
  const threshold = facts.probes.live?.failureThreshold ?? 3
  const no = longestRun(samples, ({ status }) => status !== undefined && (status < 200 || status > 399))
  const seen = (run: readonly ProbeEvent[]): Sighting => ({
    lifetime: lifetime.id,
    from: run[0]?.startedAt ?? from,
    to: run.at(-1)?.at ?? from,
  })
  if (no.length >= threshold) {
    const says = `Liveness said no (${no[0]?.status}) ${no.length} times in a row ${during}: ${threshold} restart the container`
    return [{ part, evidence: { says, seen: seen(no) } }]
  }
  const silent = longestRun(samples, ({ status }) => status === undefined)
  const silentMs = (silent.at(-1)?.at ?? 0) - (silent[0]?.startedAt ?? 0)
  if (silentMs > STUCK_MS) {
    const latenessMs = harnessLatenessMs(lifetime, from, end)
    if (latenessMs >= LATE_MS) return [{ part, because: tooBusy(latenessMs) }]
    if (madeProgress(lifetime, silent)) {
      const says = `Liveness was silent for ${seconds(silentMs)} ${during}, although requests were answered`
      return [{ part, evidence: { says, seen: seen(silent) } }]
    }
  }
  const late = samples.filter((sample) => tookMs(sample) >= LATE_MS).length
  if (late === 0) return [{ part }]
  return [
    {
      part,
      note: `${late} of ${samples.length} answers of liveness came later than a kubelet waits (${LATE_MS} ms) ${during}: it waits in line with the requests`,
    },
  ]
}

function madeProgress(lifetime: Lifetime, silent: readonly ProbeEvent[]): boolean {
  const from = silent[0]?.startedAt ?? 0
  const to = silent.at(-1)?.at ?? 0
  return eventsOf(lifetime, 'request').some(({ outcome, at }) => outcome === 'answered' && at > from && at < to)
}

function longestRun(samples: readonly ProbeEvent[], isPart: (sample: ProbeEvent) => boolean): readonly ProbeEvent[] {
  let longest: ProbeEvent[] = []
  let run: ProbeEvent[] = []
  for (const sample of samples) {
    run = isPart(sample) ? [...run, sample] : []
    if (run.length > longest.length) longest = run
  }
  return longest
}

function tooBusy(latenessMs: number): string {
  return `The machine was too busy to tell: we were ${Math.round(latenessMs)} ms late ourselves`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
