import type { Facts, Known, Route } from '../facts.ts'
import { safeLine } from './safe-text.ts'
import { plural, timeWords } from './words.ts'
import { authorityOf } from '../../load/authority-of.ts'

/** What is known of the service when the voyages begin, and from where: a wrong guess is seen at once. */
export function factsLines(facts: Facts): readonly string[] {
  return (
    [
      ['listens', `${facts.host}:${portWords(facts)}, ready ${timeWords(facts.normal.readyAfterMs)} after its start`],
      ['requests', requestWords(facts)],
      ['probes', probeWords(facts)],
      [
        'needs',
        facts.dependencies.map(({ name, host, port }) => `${name} (${authorityOf(host, port)})`).join(', ') ||
          'nothing that was found or declared',
      ],
      ['telemetry', telemetryWords(facts)],
      ['stops', `${facts.stopSignal}, at most ${known(facts.graceMs)}`],
    ] as const
  ).map(([label, text]) => `${label.padEnd(14)}${safeLine(text)}`)
}

/** The load, and what was declared for a purpose of its own: whoever declared it sees that it was taken. */
function requestWords({ routes, slow, upload, crash, webSocketPath, ssePath }: Facts): string {
  const words = ({ method, path }: Route): string => `${method} ${path}`
  const purposes = [
    ['slow', slow && words(slow)],
    ['upload', upload && words(upload)],
    ['crash', crash && words(crash)],
    ['WebSocket', webSocketPath],
    ['event stream', ssePath],
  ] as const
  const others = purposes.flatMap(([name, what]) => (what === undefined ? [] : [`${name} ${what}`]))
  return [routes.map(words).join(', '), ...others].join('; ')
}

function portWords({ port, portVariable }: Facts): string {
  return portVariable === undefined ? `${port.value} (${port.origin})` : `a port of ${portVariable}`
}

function probeWords({ probes }: Facts): string {
  const words = Object.entries(probes).flatMap(([name, probe]) =>
    probe === undefined ? [] : `${name} ${probe.path} (${probe.origin})`,
  )
  return words.length === 0 ? 'none found' : words.join(', ')
}

function telemetryWords({ telemetry: { traces, metrics, logs, protocol } }: Facts): string {
  const signals = [traces ? 'traces' : '', metrics ? 'metrics' : '', logs ? 'logs' : ''].filter((name) => name !== '')
  if (signals.length === 0) return 'none arrived'
  return `${signals.join(', ')} arrived${protocol === undefined ? '' : ` by ${protocol}`}, ${plural(signals.length, 'signal')} of 3`
}

function known({ value, origin }: Known<number>): string {
  return `${timeWords(value)} (${origin})`
}
