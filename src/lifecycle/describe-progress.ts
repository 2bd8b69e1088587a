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
  if (phase === 'start') parts.push('waiting for the start to be given up')
  const more = running.length > MAX_NAMES ? ', …' : ''
  const hooks = running.slice(0, MAX_NAMES)
  if (running.length > 0 && phase === 'finish' && openCount === 0) {
    // It had work until a moment ago, perhaps: that it waits for that long would not be true.
    const names = hooks.map(({ name, ageMs }) => `${name} (began ${formatDuration(ageMs)} ago)`)
    parts.push(`nothing in flight any more, not ended yet: ${names.join(', ')}${more}`)
  } else if (running.length > 0) {
    parts.push(
      `waiting for ${hooks.map(({ name, ageMs }) => `${name} for ${formatDuration(ageMs)}`).join(', ')}${more}`,
    )
  }
  return parts.join('; ')
}
