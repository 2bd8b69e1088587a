import type { Facts } from '../facts.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { signalledAt } from '../history/views/end-of-life.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** How long a refusal may take; twice a normal start where that is longer, since nobody can refuse before they run. */
const REFUSAL_MS = 5000
const START_RATIO = 2

const PORT_TAKEN = /EADDRINUSE|address already in use/i

export default defineTrial({
  id: 'START-05',
  slug: 'bad-configuration-refused',
  claim: 'A value that is not valid ends the start at once, with an error that names the variable.',
  procedure:
    'The service is started once with each bad value: "abc" for its port, and those that were declared. It passes when it ends with another code than 0 ' +
    `within ${REFUSAL_MS / 1000} s, or twice a normal start, without having opened a port. It fails when it serves, goes on without serving, or ends with 0. That the output does not name the variable is worth a note.`,
  seed: ['D6', 'B1', 'P6'],
  remedy: {
    feature: 'createService({ config }): every problem of the configuration in one message, exit code 2',
    page: 'guide/configuration.md',
    change:
      'Check all of the configuration before anything is opened, and end with the names of the variables that are wrong.',
    rules: [],
  },
  voyages: ['bad-values'],
  isTiming: false,
  skipBecause: ({ portVariable, badValues }) =>
    portVariable === undefined && badValues.length === 0
      ? 'No variable is known that has bad values; declare one with --bad-value VARIABLE=value'
      : undefined,
  judge({ facts, lifetimes }) {
    const findings = lifetimes.flatMap((lifetime) => {
      const variable = lifetime.settings['variable']
      return typeof variable === 'string' ? [lookAt(lifetime, variable, facts)] : []
    })
    const evidence = findings.flatMap((finding) => finding.evidence ?? [])
    const notes = findings.flatMap((finding) => finding.note ?? [])
    const figures = [{ name: 'badValueCount', value: findings.length }]
    if (evidence.length > 0) return fail(evidence[0]?.says ?? '', { evidence, notes, figures })
    const unclear = findings.find((finding) => finding.because !== undefined)
    if (unclear?.because !== undefined) return inconclusive(unclear.because, { notes, figures })
    if (findings.length === 0) return inconclusive('No start with a bad value was seen', { notes, figures })
    return pass(`Refused ${counted(findings.length, 'bad value')}`, { notes, figures })
  },
})

interface Finding {
  readonly evidence?: Evidence
  /** Why nobody can tell. */
  readonly because?: string
  readonly note?: string
}

function lookAt(lifetime: Lifetime, variable: string, facts: Facts): Finding {
  const spawnedAt = eventsOf(lifetime, 'spawned')[0]?.at
  if (spawnedAt === undefined) return { because: `The start with a bad ${variable} was not seen` }
  const limitMs = Math.max(REFUSAL_MS, START_RATIO * facts.normal.readyAfterMs)
  const failed = (says: string, to: number): Finding => ({
    evidence: { says, seen: { lifetime: lifetime.id, from: spawnedAt, to }, lines: lastLines(lifetime) },
  })
  const why = typeof lifetime.settings['why'] === 'string' ? ` (${lifetime.settings['why']})` : ''
  const opened = eventsOf(lifetime, 'listening').find(({ what }) => what === 'opened')
  if (opened !== undefined)
    return failed(`The service started with a bad ${variable}${why} and listened on port ${opened.port}`, opened.at)
  const exited = exitedByItself(lifetime)
  const endedAt = exited?.at ?? Math.min(signalledAt(lifetime), lifetime.events.at(-1)?.at ?? 0)
  const tookMs = Math.round(endedAt - spawnedAt)
  if (exited === undefined) {
    if (tookMs < limitMs) return { because: `The start with a bad ${variable} was watched for ${tookMs} ms only` }
    return failed(
      `The service went on with a bad ${variable}${why}, without a port: it had not ended after ${tookMs} ms`,
      endedAt,
    )
  }
  if (exited.code === 0) return failed(`The service ended with code 0 because of a bad ${variable}${why}`, endedAt)
  const lines = eventsOf(lifetime, 'output').map(({ line }) => line)
  const taken = lines.find((line) => PORT_TAKEN.test(line))
  if (taken !== undefined) {
    const { value } = lifetime.settings
    const isFile = typeof value === 'string' && taken.split(/[\s:'"]+/).includes(value)
    const what = isFile ? 'the name of a file to listen on' : 'another port than it said'
    return failed(`The service took the bad ${variable} for ${what}${why}, which was in use`, endedAt)
  }
  if (tookMs > limitMs)
    return failed(`The service took ${tookMs} ms to refuse a bad ${variable}${why}; ${limitMs} ms are allowed`, endedAt)
  if (names(lines, variable)) return {}
  return {
    note: `The service refused a bad ${variable} with ${describeExit(exited)}, and its output does not name the variable`,
  }
}

/** Written as it is, or as `httpPort` and `http.port` for `HTTP_PORT`. */
function names(lines: readonly string[], variable: string): boolean {
  const bare = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const wanted = bare(variable)
  return lines.some((line) => line.includes(variable) || bare(line).includes(wanted))
}
