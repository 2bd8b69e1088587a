import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { signalsOf, type SignalArrival } from '../history/views/signal-arrivals.ts'
import { sendersOf } from '../history/views/senders.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** So many answered requests have to be there, or nothing was due to arrive. */
const NEEDED_REQUESTS = 20
/** Arrivals later than so many intervals of their exporter are late. */
const LATE_INTERVALS = 2

export default defineTrial({
  id: 'TEL-01',
  slug: 'telemetry-arrives',
  claim: 'Traces and metrics arrive where the standard OTEL_* variables say, in time, and say who sent them.',
  procedure:
    'The service gets OTEL_EXPORTER_OTLP_ENDPOINT, _PROTOCOL and OTEL_SERVICE_NAME, is put under load and is stopped in the ordinary way. ' +
    'It fails when no trace or no metric arrives, here and in the survey, when the first of them comes later than twice the default interval of its exporter (5 s for traces and logs, 60 s for metrics), when the resource has no name of a service, or when two starts have the same service.instance.id. ' +
    'Worth a note: no logs over OTLP, another protocol than was asked for, no service.version or service.instance.id. ' +
    `With fewer than ${NEEDED_REQUESTS} answered requests nobody can tell, nor where something arrived in the survey and not here.`,
  seed: ['P4', 'P5', 'B1'],
  remedy: {
    feature: 'telemetry of createService(): traces, metrics and logs over OTLP, told by the OTEL_* variables',
    page: 'guide/telemetry.md',
    change: 'Let the exporters of traces and metrics read the standard OTEL_EXPORTER_OTLP_* variables.',
    rules: [],
  },
  voyages: ['underway', 'starts'],
  isTiming: false,
  judge({ facts, lifetimes }) {
    const underway = lifetimes.filter(({ voyage }) => voyage === 'underway')
    const answered = underway.flatMap((lifetime) =>
      eventsOf(lifetime, 'request').filter(({ outcome }) => outcome === 'answered'),
    )
    if (answered.length < NEEDED_REQUESTS)
      return inconclusive(
        `Only ${answered.length} requests were answered; it takes ${NEEDED_REQUESTS} for telemetry to be due`,
      )
    const signals = signalsOf(underway)
    const missing = signals.filter(({ itemCount, signal }) => itemCount === 0 && signal !== 'logs')
    const evidence = [
      ...missing.filter(({ signal }) => !facts.telemetry[signal]).flatMap(({ signal }) => absent(signal, underway)),
      ...signals.flatMap((signal) => late(signal)),
      ...nameless(underway),
      ...sharedInstances(lifetimes),
    ]
    const figures = signals.flatMap(({ signal, itemCount, firstAfterMs }) => [
      { name: `${signal}Count`, value: itemCount },
      ...(firstAfterMs === undefined ? [] : [{ name: `first${capital(signal)}AfterMs`, value: firstAfterMs }]),
    ])
    const notes = [
      ...notesOf(signals),
      ...protocolNotes(underway, facts.telemetry.protocol),
      ...resourceNotes(underway),
    ]
    const [first] = evidence
    if (first !== undefined) return fail(first.says, { evidence, figures, notes })
    const [unseen] = missing
    if (unseen !== undefined)
      return inconclusive(
        `No ${unseen.signal} arrived, though they did in the survey, where they are exported often: this life did not last for the usual interval, and did not end with a flush`,
        { figures, notes },
      )
    const arrived = signals.filter(({ itemCount }) => itemCount > 0)
    return pass(
      `Arrived in time: ${arrived.map(({ signal, itemCount }) => `${itemCount} of ${signal}`).join(', ')}, of ${answered.length} answered requests`,
      { figures, notes },
    )
  },
})

function absent(signal: string, lifetimes: readonly Lifetime[]): Evidence[] {
  const any = lifetimes.some(({ events }) => events.some(({ kind }) => kind === 'export'))
  const [lifetime] = lifetimes as [Lifetime]
  return [
    {
      says: any
        ? `No ${signal} arrived, though other telemetry did`
        : `No ${signal} arrived: nothing was ever sent to OTEL_EXPORTER_OTLP_ENDPOINT`,
      seen: { lifetime: lifetime.id, from: 0, to: lifetime.events.at(-1)?.at ?? 0 },
    },
  ]
}

function late({ signal, firstAfterMs, intervalMs, lifetime }: SignalArrival): Evidence[] {
  const limitMs = LATE_INTERVALS * intervalMs
  if (firstAfterMs === undefined || firstAfterMs <= limitMs) return []
  return [
    {
      says: `The first ${signal} arrived ${Math.round(firstAfterMs)} ms after the first request; exporters send every ${intervalMs} ms`,
      seen: { lifetime, from: 0 },
    },
  ]
}

function nameless(lifetimes: readonly Lifetime[]): Evidence[] {
  return lifetimes.flatMap((lifetime) =>
    sendersOf(lifetime)
      .filter(({ resource }) => isUnknown(resource['service.name']))
      .slice(0, 1)
      .map(({ resource }) => ({
        says: `Telemetry says service.name = ${JSON.stringify(resource['service.name'] ?? null)}; OTEL_SERVICE_NAME was set`,
        seen: { lifetime: lifetime.id, from: 0 },
      })),
  )
}

function isUnknown(name: unknown): boolean {
  return typeof name !== 'string' || name === '' || name.startsWith('unknown_service')
}

/** A metric of one start can't be told from that of another when both say the same instance. */
function sharedInstances(lifetimes: readonly Lifetime[]): Evidence[] {
  const seenIn = new Map<string, Lifetime>()
  for (const lifetime of lifetimes) {
    for (const instance of new Set(sendersOf(lifetime).map((sender) => sender.instance ?? ''))) {
      const before = seenIn.get(instance)
      if (instance !== '' && before !== undefined)
        return [
          {
            says: `Two starts ("${before.label}" and "${lifetime.label}") have the same service.instance.id "${instance}"`,
            seen: { lifetime: lifetime.id, from: 0 },
          },
        ]
      seenIn.set(instance, lifetime)
    }
  }
  return []
}

function notesOf(signals: readonly SignalArrival[]): string[] {
  return signals.some(({ signal, itemCount }) => signal === 'logs' && itemCount === 0)
    ? ['No logs arrived over OTLP: they have to be collected from standard output']
    : []
}

function protocolNotes(lifetimes: readonly Lifetime[], surveyed: string | undefined): string[] {
  const used = new Set(lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'export').map(({ protocol }) => protocol)))
  return lifetimes.flatMap(({ settings }) => {
    const asked = settings['otlpProtocol'] ?? surveyed
    const others = [...used].filter((protocol) => protocol !== asked && protocol !== 'unknown')
    if (asked === undefined || others.length === 0) return []
    return [`Telemetry came by ${others.join(' and ')}, though OTEL_EXPORTER_OTLP_PROTOCOL said ${asked}`]
  })
}

function resourceNotes(lifetimes: readonly Lifetime[]): string[] {
  const senders = lifetimes.flatMap((lifetime) => sendersOf(lifetime))
  const isMissing = {
    version: senders.some(({ version }) => !version),
    instance: senders.some(({ instance }) => !instance),
  }
  return [
    ...(isMissing.version
      ? ['The resource has no service.version: nobody can tell which release an error came from']
      : []),
    ...(isMissing.instance ? ['The resource has no service.instance.id: replicas write into the same metrics'] : []),
  ]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
