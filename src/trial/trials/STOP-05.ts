import type { SocketEvent } from '../history/client-events.ts'
import { eventsOf } from '../history/lifetime.ts'
import { sinceSignal } from '../history/views/describe-request.ts'
import { howItEnded } from '../history/views/how-it-ended.ts'
import { stoppedLifetimes, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import { withoutSockets } from '../without-sockets.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** The connection broke, without a word: never sent, only seen. RFC 6455 §7.4.1. */
const ABNORMAL = 1006
/** Going away, and service restart. */
const GOODBYES: ReadonlySet<number> = new Set([1001, 1012])

export default defineTrial({
  id: 'STOP-05',
  slug: 'sockets-are-closed',
  claim: 'WebSockets and streams of events are told to go, and do not keep the service from ending.',
  procedure:
    'Idle and chatting WebSockets, and streams of server-sent events, are open when the service gets its stop signal. FAIL when a socket breaks without a close frame (1006) or a stream without its end, or when the service has to be killed. PASS with the codes 1001 and 1012, and with a note for any other. It takes at least one socket that was open at the signal.',
  seed: ['P1'],
  remedy: {
    feature: 'the goodbye of WebSockets and event streams in the drain of createService()',
    page: 'guide/drain.md',
    change:
      'On the signal, close each WebSocket with code 1001 and end each event stream: closing the HTTP server leaves them open.',
    rules: [],
  },
  voyages: ['stop-sockets'],
  isTiming: false,
  skipBecause: withoutSockets,
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const evidence: Evidence[] = []
    const others = new Set<number>()
    let openCount = 0
    for (const each of stopped) {
      const { lifetime, stop } = each
      const open = openAt(each)
      openCount += open.length
      const ends = open.map((socket) => ({ socket, end: endOf(each, socket) }))
      const broken = ends.filter(({ end }) => end === undefined || end.code === undefined || end.code === ABNORMAL)
      for (const { end } of ends) {
        if (end?.type === 'websocket' && end.code !== undefined && end.code !== ABNORMAL && !GOODBYES.has(end.code))
          others.add(end.code)
      }
      const ending = howItEnded(lifetime, facts)
      const killed = stop.killedAt !== undefined && ending.kind === 'bad' ? `: ${ending.why}` : ''
      const [first] = broken
      if (first !== undefined) {
        const when =
          first.end === undefined || first.end.by === 'client'
            ? 'never closed'
            : `broken ${sinceSignal(first.end.at, stop)}`
        evidence.push({
          says: `${lifetime.label}: ${broken.length} of ${open.length} sockets were not closed in order (${first.socket.type} ${first.socket.id} was ${when})${killed}`,
          seen: {
            lifetime: lifetime.id,
            from: stop.signalledAt,
            to: first.end?.at ?? stop.exit?.at ?? stop.signalledAt,
          },
        })
      } else if (killed !== '' && open.length > 0) {
        evidence.push({
          says: `${lifetime.label}: with sockets open, the service did not end${killed}`,
          seen: { lifetime: lifetime.id, from: stop.signalledAt, to: stop.killedAt ?? stop.signalledAt },
        })
      }
    }
    const figures = [{ name: 'openAtSignal', value: openCount }]
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    if (openCount === 0) {
      const why = stopped.length === 0 ? problems.join('; ') : 'no socket was open at the signal, and it takes 1'
      return inconclusive(`Nothing can be said: ${why}`, { figures })
    }
    return pass(`All ${openCount} sockets that were open at the signal were closed in order`, {
      figures,
      notes: [
        ...(others.size > 0
          ? [
              `Some closed with ${[...others].join(', ')}; clients know 1001 (going away) and 1012 (service restart) as a reason to come back`,
            ]
          : []),
        ...problems.map((problem) => `Not judged: ${problem}`),
      ],
    })
  },
})

function openAt({ lifetime, stop }: StoppedLifetime): SocketEvent[] {
  const open = new Map<string, SocketEvent>()
  for (const event of eventsOf(lifetime, 'socket')) {
    if (event.at >= stop.signalledAt) break
    if (event.what === 'opened') open.set(keyOf(event), event)
    if (event.what === 'closed') open.delete(keyOf(event))
  }
  return [...open.values()]
}

function endOf({ lifetime, stop }: StoppedLifetime, socket: SocketEvent): SocketEvent | undefined {
  return eventsOf(lifetime, 'socket').find(
    (event) => event.what === 'closed' && event.at >= stop.signalledAt && keyOf(event) === keyOf(socket),
  )
}

function keyOf({ type, id }: SocketEvent): string {
  return `${type} ${id}`
}
