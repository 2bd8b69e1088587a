import { eventsOf } from '../history/lifetime.ts'
import { howItEnded } from '../history/views/how-it-ended.ts'
import { stopDeadlineMs } from '../history/views/stop-settings.ts'
import { stopLosses } from '../history/views/stop-losses.ts'
import { stoppedLifetimes } from '../history/views/stopped-lifetimes.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'

export default defineTrial({
  id: 'STOP-08',
  slug: 'stops-as-process-1',
  claim: 'It stops in the same way as process 1 of a container.',
  procedure:
    'The service is process 1 of a PID namespace of its own, where the kernel ignores every signal without a handler, and gets its stop signal under light load. FAIL when it has to be killed, when a signal kills it, or when its exit code is not accepted. PASS when it ends by itself in time, and it was process 1',
  seed: ['B2', 'A1'],
  remedy: {
    feature: 'createService() and seaworthy/register, which handle the signal themselves',
    page: 'guide/shutdown.md',
    change: 'Install a handler for the signal in the service itself, or start it under an init such as tini.',
    rules: [],
  },
  voyages: ['stop-pid1'],
  isTiming: false,
  skipBecause: ({ machine }) =>
    machine.hasPidNamespaces
      ? undefined
      : 'This machine lets nobody make PID namespaces: it needs Linux, and root or user namespaces',
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const first = lifetimes.filter((lifetime) => eventsOf(lifetime, 'spawned').some(({ isPid1 }) => isPid1))
    const [ending] = first.map((lifetime) => ({ lifetime, ...howItEnded(lifetime, facts) }))
    if (ending === undefined) return inconclusive('Nothing can be said: the service was not started as process 1')
    const { lifetime } = ending
    if (ending.kind === 'unknown') return inconclusive(`Nothing can be said: ${ending.why}`)
    const figures = [{ name: 'deadlineMs', value: stopDeadlineMs(facts) }]
    if (ending.kind === 'bad') {
      const { stop } = ending
      const { killedAt, listenerClosed } = stop
      const isDeaf = killedAt !== undefined && (listenerClosed === undefined || listenerClosed.at >= killedAt)
      return fail(`As process 1, ${ending.why}${isDeaf ? `: ${stop.signal} was ignored, for want of a handler` : ''}`, {
        figures,
        evidence: [
          {
            says: `As process 1, ${ending.why}`,
            seen: {
              lifetime: lifetime.id,
              from: stop.signalledAt,
              to: stop.killedAt ?? stop.exit?.at ?? stop.signalledAt,
            },
          },
        ],
      })
    }
    const lost = stopped.flatMap((each) => stopLosses(each, facts).lost)
    return pass(`As process 1, it ended with code ${ending.code} ${Math.round(ending.tookMs)} ms after the signal`, {
      figures: [...figures, { name: 'exitAfterMs', value: Math.round(ending.tookMs) }],
      notes: [
        ...(ending.note === undefined ? [] : [ending.note]),
        ...(lost.length > 0 ? [`${lost.length} requests were lost in this stop; STOP-01 judges that`] : []),
        ...problems.map((problem) => `Not judged: ${problem}`),
      ],
    })
  },
})
