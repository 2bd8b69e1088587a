import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { signalledAt } from '../history/views/end-of-life.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { conflictLimitMs, takenPortOf } from '../history/views/port-conflict.ts'
import type { Facts } from '../facts.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Figure, Verdict } from '../verdict/verdict.ts'

const SAYS_TAKEN = /EADDRINUSE|already in use|address in use|only one usage of each socket address/i

export default defineTrial({
  id: 'START-07',
  slug: 'port-conflict',
  claim: 'When its port is taken, the service ends soon, with another code than 0.',
  procedure:
    'The service is started with a port on which somebody else listens. PASS when it ends with another code than 0 within 15 s, or four normal starts where that is longer. FAIL when it ends with 0, later, or not at all: it stays up without a listener, or on a port where nobody looks for it; and when one of its processes stays. That its output does not say what is wrong is worth a note. A service that listens on the port all the same, on another address, shows nothing.',
  seed: ['P7'],
  remedy: {
    feature: 'createService(): a listener that can not listen is a failed start, with an error that says so',
    page: 'guide/components.md',
    change: 'Take an error of listen() for a failed start: write what it says, and exit with 1.',
    rules: [],
  },
  voyages: ['port-conflict'],
  isExtra: true,
  isTiming: false,
  judge({ facts, lifetimes }) {
    const lifetime = lifetimes.find((each) => takenPortOf(each) !== undefined)
    const port = lifetime === undefined ? undefined : takenPortOf(lifetime)
    if (lifetime === undefined || port === undefined)
      return inconclusive('No start was watched in which the port was taken: somebody else had it, or it did not begin')
    return lookAt(lifetime, port, facts)
  },
})

function lookAt(lifetime: Lifetime, port: number, facts: Facts): Verdict {
  const spawnedAt = eventsOf(lifetime, 'spawned')[0]?.at
  if (spawnedAt === undefined) return inconclusive('The service was not started')
  const limitMs = conflictLimitMs(facts)
  const exited = exitedByItself(lifetime)
  const endedAt = exited?.at ?? Math.min(signalledAt(lifetime), lifetime.events.at(-1)?.at ?? spawnedAt)
  const tookMs = Math.round(endedAt - spawnedAt)
  const figures: Figure[] = [
    { name: 'limitMs', value: limitMs },
    ...(exited === undefined
      ? []
      : [
          { name: 'exitAfterMs', value: tookMs },
          { name: 'exitCode', value: exited.code ?? exited.signal ?? 'unknown' },
        ]),
  ]
  const failed = (says: string, lines = lastLines(lifetime)): Verdict => {
    const evidence: Evidence = { says, seen: { lifetime: lifetime.id, from: spawnedAt, to: endedAt }, lines }
    return fail(says, { evidence: [evidence], figures })
  }
  // Without /proc, whoever answers on a port is taken for the service.
  const opened = facts.machine.isLinux ? openedBy(lifetime, endedAt) : []
  const own = opened.find((listener) => listener.port === port)
  if (own !== undefined)
    return inconclusive(
      `It listened on port ${port} all the same, on ${own.host}: another address than the one that was taken`,
      { figures },
    )
  if (exited === undefined) {
    if (tookMs < limitMs)
      return inconclusive(`It was watched for ${tookMs} ms only, and has ${limitMs} ms to end`, { figures })
    const where =
      opened.length === 0 ? 'without a listener' : `and listened on port ${opened.map((each) => each.port).join(', ')}`
    return failed(`With port ${port} taken it went on ${where}: it had not ended after ${tookMs} ms`)
  }
  if (exited.code === 0) return failed(`With port ${port} taken it ended with code 0: nobody learns that it failed`)
  const left = eventsOf(lifetime, 'left-behind')
  if (left.length > 0)
    return failed(
      `With port ${port} taken, the process that was started ended, and ${left.length} of its processes stayed`,
      left.map(({ pid, command }) => `${pid}  ${command}`),
    )
  if (tookMs > limitMs) return failed(`With port ${port} taken it took ${tookMs} ms to end; ${limitMs} ms are allowed`)
  const lines = eventsOf(lifetime, 'output').map(({ line }) => line)
  const isSaid = lines.some((line) => SAYS_TAKEN.test(line) || line.includes(String(port)))
  return pass(`With port ${port} taken it ended with ${describeExit(exited)} after ${tookMs} ms`, {
    figures,
    notes: isSaid ? [] : ['Its output neither names the port nor says that it is in use'],
  })
}

/** Listeners of the service, before we told it to end. */
function openedBy(lifetime: Lifetime, until: number) {
  return eventsOf(lifetime, 'listening').filter(({ what, at }) => what === 'opened' && at <= until)
}
