import { eventsOf, type Lifetime } from '../lifetime.ts'

/** How much a service wrote in a time, and for how many requests. */
export interface LogVolume {
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  /** Requests that reached it, probes included. */
  readonly requestCount: number
  readonly channels: readonly ChannelVolume[]
}

/** What it wrote in one way: a line may come by both, and counts once in each. */
export interface ChannelVolume {
  readonly name: 'output' | 'OTLP'
  readonly lineCount: number
  /** The same lines but for numbers and ids, by what is the same of them. */
  readonly patterns: ReadonlyMap<string, LinePattern>
}

/** Lines that say the same again and again. */
export interface LinePattern {
  readonly sample: string
  count: number
  /** How many came in each second. */
  readonly bySecond: Map<number, number>
}

/** Of a line, what tells it from others: what follows is as much the same. */
const TELLING_LENGTH = 300
const SAMPLE_LENGTH = 200
/** Beyond these, lines differ by more than their numbers, and nothing is repeated. */
const MAX_PATTERNS = 5000
const VARIABLE = /[\da-f]{8,}|\d+/gi

/** What was written from `from` to `to`. */
export function logVolume(lifetime: Lifetime, from: number, to: number): LogVolume {
  const isWithin = (at: number): boolean => at >= from && at < to
  const requests = eventsOf(lifetime, 'request').filter(
    ({ startedAt, outcome }) => isWithin(startedAt) && outcome !== 'refused',
  )
  const probes = eventsOf(lifetime, 'probe').filter(
    ({ startedAt, status }) => isWithin(startedAt) && status !== undefined,
  )
  const output = eventsOf(lifetime, 'output')
    .filter(({ at }) => isWithin(at))
    .map(({ at, line, droppedLines = 0 }) => ({ at, text: line, count: 1 + droppedLines }))
  const records = eventsOf(lifetime, 'log')
    .filter(({ madeAt }) => isWithin(madeAt))
    .map(({ madeAt, body }) => ({ at: madeAt, text: body, count: 1 }))
  return {
    lifetime,
    from,
    to,
    requestCount: requests.length + probes.length,
    channels: [channel('output', output), channel('OTLP', records)],
  }
}

/** What a line has in common with others that say the same: all but its numbers and ids. */
export function patternOf(line: string): string {
  return line.slice(0, TELLING_LENGTH).replaceAll(VARIABLE, '#')
}

/** Lines for each request; 0 without requests. */
export function linesPerRequest(lineCount: number, requestCount: number): number {
  return requestCount === 0 ? 0 : lineCount / requestCount
}

interface Line {
  readonly at: number
  readonly text: string
  readonly count: number
}

function channel(name: ChannelVolume['name'], lines: readonly Line[]): ChannelVolume {
  const patterns = new Map<string, LinePattern>()
  let lineCount = 0
  for (const { at, text, count } of lines) {
    lineCount += count
    const key = patternOf(text)
    const pattern = patterns.get(key) ?? { sample: text.slice(0, SAMPLE_LENGTH), count: 0, bySecond: new Map() }
    if (!patterns.has(key) && patterns.size >= MAX_PATTERNS) continue
    patterns.set(key, pattern)
    pattern.count += 1
    const second = Math.floor(at / 1000)
    pattern.bySecond.set(second, (pattern.bySecond.get(second) ?? 0) + 1)
  }
  return { name, lineCount, patterns }
}
