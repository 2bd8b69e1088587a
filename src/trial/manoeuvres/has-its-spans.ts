import { matchSpans } from '../history/views/matched-spans.ts'
import type { Ship } from '../ship/ship.ts'

/** Whether each answered request that was sent as sampled, from this moment on, has its span; false when there is none. */
export function hasItsSpans({ history }: Ship, fromMs = 0): boolean {
  const due = matchSpans(history.lifetime()).filter(({ request }) => request.startedAt >= fromMs)
  return due.length > 0 && due.every(({ what }) => what !== 'missing')
}
