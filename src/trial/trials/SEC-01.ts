import { type Canary, canariesOf } from '../history/canaries.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { SECRETS_LOAD } from '../history/marks/secrets.ts'
import { type SearchedText, searchedTexts } from '../history/views/searched-texts.ts'
import { defineTrial } from '../trial.ts'
import { findToken, needlesOf } from '../verdict/find-token.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Loads whose requests carry canaries. */
const CARRIERS = new Set(['canary', SECRETS_LOAD])

/** What the canaries stand for. */
const NAMES: Readonly<Record<string, string>> = {
  authorization: 'the Authorization header',
  cookie: 'the Cookie header',
  query: 'the parameter "token" of a query',
  'body-password': 'the password of a body',
  'otlp-headers': 'OTEL_EXPORTER_OTLP_HEADERS',
}

export default defineTrial({
  id: 'SEC-01',
  slug: 'secrets-stay-secret',
  claim: 'No secret that a service is given appears in what it writes, exports or answers in an error.',
  procedure:
    'Unique tokens are put where secrets are: the Authorization and Cookie headers, a token in a query, a password in a body, passwords in addresses of dependencies and in OTEL_EXPORTER_OTLP_HEADERS. ' +
    'Requests end well, with 4xx, malformed, and with a dependency that is away. Then output, log records, names, attributes and events of spans, attributes of metrics and resources, bodies of errors and probes, and command lines are searched for the tokens as they are, URL-encoded, in hexadecimal and in base64. ' +
    'It fails when one is found, with the place and never with what stands around it. Nobody can tell when no request with tokens was answered, or the service said nothing at all.',
  seed: ['P3'],
  remedy: {
    feature: 'Secret values of the configuration, and the redactor of the log',
    page: 'guide/logging.md',
    change:
      'Log names and never whole headers, queries, bodies or addresses; redact what comes from elsewhere before it is written.',
    rules: [],
  },
  voyages: ['underway', 'secrets'],
  isTiming: false,
  judge({ lifetimes }) {
    const searches = lifetimes.filter((lifetime) => canariesOf(lifetime).length > 0).map(search)
    const hits = searches.flatMap((each) => each.hits)
    const figures = [
      { name: 'tokenCount', value: searches.reduce((sum, { canaryCount }) => sum + canaryCount, 0) },
      { name: 'carrierCount', value: searches.reduce((sum, { carrierCount }) => sum + carrierCount, 0) },
      { name: 'textCount', value: searches.reduce((sum, { textCount }) => sum + textCount, 0) },
      { name: 'placeCount', value: hits.length },
    ]
    const notes = searches.flatMap((each) => each.notes)
    const [worst] = hits
    if (worst !== undefined) {
      const more = hits.length === 1 ? '' : ` and in ${hits.length - 1} more ${hits.length === 2 ? 'place' : 'places'}`
      return fail(`${worst.says.replace(/\.$/, '')}${more}.`, { evidence: hits, figures, notes })
    }
    if (searches.length === 0) return inconclusive('No secrets were given to the service.', { figures })
    if (searches.every(({ carrierCount }) => carrierCount === 0))
      return inconclusive('No request with a token was answered.', { figures, notes })
    if (searches.every(({ saidCount }) => saidCount === 0))
      return inconclusive('The service wrote and exported nothing, so there was nothing to search.', { figures, notes })
    const texts = searches.reduce((sum, { textCount }) => sum + textCount, 0)
    return pass(`None of the tokens is in any of ${texts} texts that came out of the service.`, { figures, notes })
  },
})

interface Search {
  readonly hits: readonly Evidence[]
  readonly notes: readonly string[]
  readonly canaryCount: number
  readonly carrierCount: number
  readonly textCount: number
  /** Texts that the service made by itself: lines, spans, records. */
  readonly saidCount: number
}

interface Hit {
  readonly canary: Canary
  readonly place: string
  readonly encoding: string
  readonly first: SearchedText
  count: number
}

function search(lifetime: Lifetime): Search {
  const canaries = canariesOf(lifetime).map((canary) => ({ canary, needles: needlesOf(canary.token) }))
  const hits = new Map<string, Hit>()
  let textCount = 0
  for (const found of searchedTexts(lifetime)) {
    textCount++
    for (const { canary, needles } of canaries) {
      const encoding = findToken(found.text, needles)
      if (encoding === undefined) continue
      // An attribute may be called by the token itself: then its name is no place to show.
      const place = withoutTokens(
        placeOf(found, canary),
        canaries.map((each) => each.canary),
      )
      const key = `${canary.name}\n${place}\n${encoding}`
      const known = hits.get(key)
      if (known === undefined) hits.set(key, { canary, place, encoding, first: found, count: 1 })
      else known.count++
    }
  }
  const carriers = eventsOf(lifetime, 'request').filter(
    ({ load, outcome }) => CARRIERS.has(load) && outcome === 'answered',
  )
  const dropped = eventsOf(lifetime, 'output').reduce((sum, { droppedLines = 0 }) => sum + droppedLines, 0)
  return {
    hits: [...hits.values()].toSorted((one, other) => other.count - one.count).map((hit) => toEvidence(hit, lifetime)),
    notes: dropped === 0 ? [] : [`${dropped} lines of output were too many to be kept, and not searched.`],
    canaryCount: canaries.length,
    carrierCount: carriers.length,
    textCount,
    saidCount: (['output', 'span', 'log'] as const).reduce((sum, kind) => sum + eventsOf(lifetime, kind).length, 0),
  }
}

function toEvidence({ canary, place, encoding, first, count }: Hit, lifetime: Lifetime): Evidence {
  const what = NAMES[canary.name] ?? canary.name.replace(/^env:/, 'the password in the variable ')
  const times = count === 1 ? 'once' : `${count} times`
  return {
    says: `${what.replace(/^t/, 'T')} is in: ${place} (${encoding}, ${times}).`,
    seen: {
      lifetime: lifetime.id,
      from: first.at,
      ...(first.request === undefined ? {} : { requests: [first.request] }),
    },
  }
}

/** Of a line of JSON, also the field. */
function placeOf({ place, text }: SearchedText, { token }: Canary): string {
  if (!text.startsWith('{')) return place
  try {
    const field = fieldOf(JSON.parse(text), token, 0)
    return field === undefined || field === '' ? place : `${place}, field ${field}`
  } catch {
    return place
  }
}

const MAX_DEPTH = 20

function fieldOf(value: unknown, token: string, depth: number): string | undefined {
  if (typeof value === 'string') return value.includes(token) ? '' : undefined
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = fieldOf(inner, token, depth + 1)
    if (found !== undefined) return found === '' ? name : `${name}.${found}`
  }
  return undefined
}

function withoutTokens(place: string, canaries: readonly Canary[]): string {
  return canaries.reduce((text, { token }) => text.replaceAll(token, '***'), place)
}
