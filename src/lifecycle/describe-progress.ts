import { formatDuration } from '../core/duration.ts'
import type { ProgressSnapshot } from './shutdown-progress.ts'

/** More names than these make a line that nobody reads to its end; the fields beside it have more. */
const MAX_NAMES = 5

/** `finish, 2 in flight: api: GET /slow for 12s, …; waiting for api`: what a shutdown waits for, for people. */
export function describeProgress({ phase, running, open, openCount }: ProgressSnapshot): string {
  const parts: string[] = [phase]
  if (openCount > 0) {
    const names = open.slice(0, MAX_NAMES).map(({ name, ageMs }) => `${name} for ${formatDuration(ageMs)}`)
    const more = openCount - names.length
    parts.push(`${openCount} in flight: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`)
  }
  if (running.length > 0) {
    const names = running.slice(0, MAX_NAMES).map(({ name, ageMs }) => `${name} for ${formatDuration(ageMs)}`)
    parts.push(`waiting for ${names.join(', ')}${running.length > names.length ? ', …' : ''}`)
  }
  return parts.join('; ')
}
