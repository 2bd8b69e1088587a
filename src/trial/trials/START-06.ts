import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

export default defineTrial({
  id: 'START-06',
  slug: 'configured-by-environment',
  claim: 'Port, service name and collector are taken from the environment.',
  procedure:
    'The service is started with another port, another OTEL_SERVICE_NAME and another log level. It fails for each of port and name that stays what it was: that one is written into the code. ' +
    'A log level without an effect, and telemetry that does not arrive where OTEL_EXPORTER_OTLP_ENDPOINT says, are notes, since nobody can tell them from a service that logs little or sends none.',
  seed: ['D6', 'B1'],
  remedy: {
    feature: 'configuration from the environment, and telemetry that obeys the variables of OpenTelemetry',
    page: 'guide/configuration.md',
    change: 'Read the port from PORT, and leave name and endpoint of the telemetry to the OTEL_* variables.',
    rules: [],
  },
  voyages: ['environment'],
  isTiming: false,
  judge({ lifetimes }) {
    const items = [
      ...lifetimes.flatMap((lifetime) => [judgePort(lifetime), judgeName(lifetime), judgeEndpoint(lifetime)]),
      judgeLevel(lifetimes),
    ]
    const evidence = items.flatMap((item) => item.evidence ?? [])
    const notes = [...new Set(items.flatMap((item) => item.note ?? []))]
    const obeyed = [...new Set(items.flatMap((item) => item.obeyed ?? []))]
    const figures = [{ name: 'obeyedSettings', value: obeyed.join(', ') }]
    if (evidence.length > 0) return fail(evidence[0]?.says ?? '', { evidence, notes, figures })
    if (obeyed.length === 0)
      return inconclusive('No effect of any variable could be seen: nothing listened, and no telemetry arrived', {
        notes,
        figures,
      })
    return pass(`Taken from the environment: ${obeyed.join(', ')}`, { notes, figures })
  },
})

interface Item {
  readonly obeyed?: string
  readonly evidence?: Evidence
  readonly note?: string
}

function judgePort(lifetime: Lifetime): Item {
  const asked = lifetime.settings['askedPort']
  const variable = lifetime.settings['portVariable'] ?? 'PORT'
  const ports = eventsOf(lifetime, 'listening').filter(({ what }) => what === 'opened')
  const [first] = ports
  if (typeof asked !== 'number' || first === undefined) return {}
  if (ports.some(({ port }) => port === asked)) return { obeyed: 'port' }
  const where = [...new Set(ports.map(({ port }) => port))].join(', ')
  const says = `The service listened on port ${where}, although ${variable} said ${asked}`
  return { evidence: { says, seen: { lifetime: lifetime.id, from: first.at } } }
}

function judgeName(lifetime: Lifetime): Item {
  const asked = lifetime.settings['serviceName']
  const items = lifetime.events.filter(
    (event) => event.kind === 'span' || event.kind === 'metric' || event.kind === 'log',
  )
  if (typeof asked !== 'string' || items.length === 0) return {}
  const other = items.find(({ sender }) => sender.service !== asked)
  if (other === undefined) return { obeyed: 'service name' }
  const says = `Telemetry came from the service "${other.sender.service}", although OTEL_SERVICE_NAME said "${asked}"`
  return { evidence: { says, seen: { lifetime: lifetime.id, from: other.at } } }
}

function judgeEndpoint(lifetime: Lifetime): Item {
  if (eventsOf(lifetime, 'spawned').length === 0) return {}
  if (eventsOf(lifetime, 'export').length > 0) return { obeyed: 'endpoint of the collector' }
  return { note: 'No telemetry arrived where OTEL_EXPORTER_OTLP_ENDPOINT says: there is none, or it goes elsewhere' }
}

function judgeLevel(lifetimes: readonly Lifetime[]): Item {
  const [debug, error] = ['debug', 'error'].map((level) =>
    lifetimes.find(({ settings }) => settings['logLevel'] === level),
  )
  if (debug === undefined || error === undefined) return {}
  if (linesOf(debug) > linesOf(error)) return { obeyed: 'log level' }
  return {
    note: `LOG_LEVEL had no effect that could be seen: ${linesOf(debug)} lines with debug, ${linesOf(error)} with error`,
  }
}

function linesOf(lifetime: Lifetime): number {
  return eventsOf(lifetime, 'output').length + eventsOf(lifetime, 'log').length
}
