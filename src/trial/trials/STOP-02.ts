import type { ProbeEvent } from '../history/event.ts'
import { eventsOf } from '../history/lifetime.ts'
import { sinceSignal } from '../history/views/describe-request.ts'
import { stoppedLifetimes, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** A balancer that asks by itself does so about once a second. */
const BALANCER_POLL_MS = 1000
/** Older than this, a probe before the signal says nothing about the moment of it. */
const FRESH_MS = 1000

interface Flip {
  readonly kind: 'good' | 'bad' | 'unknown'
  readonly says: string
  readonly gapMs?: number
  readonly from?: number
  readonly to?: number
}

export default defineTrial({
  id: 'STOP-02',
  slug: 'unready-before-closed',
  claim: 'Readiness says no before the listener closes.',
  procedure:
    'While the service stops, its readiness is asked on fresh connections. FAIL when nobody was ever told no before the listener closed: whoever watches readiness went on sending. PASS when a complete answer other than 2xx came before that; the gap is measured, and one below a second is noted, because balancers that ask by themselves do so about once a second (Kubernetes takes the endpoint away by itself). It takes a readiness that said yes just before the signal, and a listener that was seen to close.',
  seed: ['P1', 'P2'],
  remedy: {
    feature: 'the phase announce of the shutdown of createService()',
    page: 'guide/shutdown.md',
    change: 'On the signal, make the readiness probe fail first, and close the listener only after a delay.',
    rules: [],
  },
  voyages: ['stop-under-load'],
  isTiming: false,
  skipBecause: ({ probes }) =>
    probes.ready === undefined ? 'No readiness probe was found; say --ready PATH' : undefined,
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const flips = stopped.map((each) => ({ each, flip: flipOf(each) }))
    const gaps = flips.map(({ flip }) => flip.gapMs).filter((gap) => gap !== undefined)
    const shortest = Math.min(...gaps)
    const figures = gaps.length === 0 ? [] : [{ name: 'unreadyBeforeClosedMs', value: Math.round(shortest) }]
    const bad = flips.filter(({ flip }) => flip.kind === 'bad')
    const [worst] = bad
    if (worst !== undefined) {
      return fail(`${bad.length} of ${flips.length} stops: ${worst.flip.says}`, {
        figures,
        evidence: bad.map(evidenceOf),
      })
    }
    const good = flips.filter(({ flip }) => flip.kind === 'good')
    const reasons = [...problems, ...flips.filter(({ flip }) => flip.kind === 'unknown').map(({ flip }) => flip.says)]
    if (good.length === 0) return inconclusive(`Nothing can be said: ${reasons.join('; ')}`, { figures })
    return pass(`Readiness said no ${Math.round(shortest)} ms before the listener closed, at the least`, {
      figures,
      evidence: good.map(evidenceOf),
      notes: [
        ...(shortest < BALANCER_POLL_MS
          ? [
              `A balancer that asks once a second may miss a gap of ${Math.round(shortest)} ms; Kubernetes does not need it`,
            ]
          : []),
        ...reasons.map((reason) => `Not judged: ${reason}`),
      ],
    })
  },
})

function evidenceOf({ each, flip }: { readonly each: StoppedLifetime; readonly flip: Flip }): Evidence {
  return {
    says: `${each.lifetime.label}: ${flip.says}`,
    seen: {
      lifetime: each.lifetime.id,
      from: flip.from ?? each.stop.signalledAt,
      ...(flip.to === undefined ? {} : { to: flip.to }),
    },
  }
}

function flipOf({ lifetime, stop }: StoppedLifetime): Flip {
  const { signalledAt, listenerClosed } = stop
  const probes = eventsOf(lifetime, 'probe').filter(({ probe }) => probe === 'ready')
  const before = probes.findLast(({ at }) => at < signalledAt)
  if (before === undefined || !before.isSuccess || signalledAt - before.at > FRESH_MS)
    return { kind: 'unknown', says: `readiness had not said yes just before ${stop.signal}` }
  // Also one that was on its way at the signal: what it was told was decided after it.
  const after = probes.filter(({ at }) => at >= signalledAt)
  // An answer that says no, and not the silence of a listener that has closed.
  const no = after.find((probe) => probe.status !== undefined && !probe.isSuccess)
  if (listenerClosed === undefined)
    return { kind: 'unknown', says: `the listener was not seen to close after ${stop.signal}` }
  const gap = { from: signalledAt, to: listenerClosed.at }
  if (no !== undefined && no.at <= listenerClosed.at) {
    const gapMs = listenerClosed.at - no.at
    return {
      kind: 'good',
      gapMs,
      ...gap,
      says: `readiness said no (${no.status}) ${sinceSignal(no.at, stop)}, the listener closed ${sinceSignal(listenerClosed.at, stop)}`,
    }
  }
  const stillReady = after.findLast((probe) => probe.isSuccess)
  return { kind: 'bad', ...gap, says: whyBad(no, stillReady, { ...gap, stop: stop.signal }) }
}

function whyBad(
  no: ProbeEvent | undefined,
  stillReady: ProbeEvent | undefined,
  { from, to, stop }: { readonly from: number; readonly to: number; readonly stop: NodeJS.Signals },
): string {
  const closed = `the listener closed ${Math.round(to - from)} ms after ${stop}`
  if (no !== undefined) return `${closed}, and readiness said no only ${Math.round(no.at - to)} ms later`
  if (stillReady !== undefined)
    return `${closed}, and readiness never said no: it still said yes ${Math.round(stillReady.at - from)} ms after ${stop}`
  return `${closed}, and nobody was told no by readiness before`
}
