import type { RequestOutcome } from './raw-request.ts'

/** How a connection ended, as far as one of its requests is concerned. */
export interface Death {
  readonly why: 'ended' | 'closed' | 'timeout' | 'malformed'
  readonly wasConnected: boolean
  readonly hasBegun: boolean
  readonly reuse: number
}

/** What became of a request whose connection ended before it was answered. */
export function whatBecame({ why, wasConnected, hasBegun, reuse }: Death): RequestOutcome {
  if (why === 'timeout' || why === 'malformed') return why
  if (!wasConnected) return 'refused'
  if (hasBegun) return 'truncated'
  return reuse === 0 ? 'reset-fresh' : 'reset-reused'
}
