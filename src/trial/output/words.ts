import { formatDuration } from '../../core/duration.ts'
import type { Lifetime } from '../history/lifetime.ts'
import type { OutcomeCounts } from '../report.ts'
import type { Sighting } from '../verdict/verdict.ts'
import { safeLine } from './safe-text.ts'

const MAX_REQUESTS = 8

/** `31 passed · 4 failed · 2 inconclusive · 5 skipped`. */
export function countWords({ PASS, FAIL, INCONCLUSIVE, SKIP }: OutcomeCounts): string {
  return `${PASS} passed · ${FAIL} failed · ${INCONCLUSIVE} inconclusive · ${SKIP} skipped`
}

/** The same without what there is none of. */
export function shortCountWords(counts: OutcomeCounts): readonly string[] {
  return countWords(counts)
    .split(' · ')
    .filter((words) => !words.startsWith('0 '))
}

/** `stop-under-load, cycle 2, 1.204 s to 1.310 s, requests 12, 14`: where something can be seen. */
export function sightingWords(seen: Sighting, lifetimes: ReadonlyMap<number, Lifetime>): string {
  const lifetime = lifetimes.get(seen.lifetime)
  const where = lifetime === undefined ? `lifetime ${seen.lifetime}` : `${lifetime.voyage}, ${lifetime.label}`
  const when = seen.to === undefined ? seconds(seen.from) : `${seconds(seen.from)} to ${seconds(seen.to)}`
  return safeLine([where, when, ...requestWords(seen.requests ?? [])].join(', '))
}

/** `3m41s`, `850ms`: how long something took, to the second where it is longer than ten. */
export function timeWords(ms: number): string {
  return formatDuration(ms < 10_000 ? ms : Math.round(ms / 1000) * 1000)
}

/** `12s`: how long something has gone on, for what is drawn again and again. */
export function elapsedWords(ms: number): string {
  return ms < 1000 ? '0s' : formatDuration(Math.floor(ms / 1000) * 1000)
}

/** `about 25 s`, for what nobody knows exactly. */
export function aboutWords(ms: number): string {
  return `about ${formatDuration(Math.max(1, Math.round(ms / 1000)) * 1000)}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

function requestWords(requests: readonly number[]): readonly string[] {
  if (requests.length === 0) return []
  const more = requests.length - MAX_REQUESTS
  const shown = requests.slice(0, MAX_REQUESTS).join(', ')
  return [`${requests.length === 1 ? 'request' : 'requests'} ${shown}${more > 0 ? ` and ${more} more` : ''}`]
}
