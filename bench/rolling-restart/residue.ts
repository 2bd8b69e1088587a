import type { RouteFigures } from './route.ts'

export interface Residue {
  /** Only this is nobody's promise: anything else that fails on the same way counts. */
  readonly outcome: string
  readonly why: string
}

/** Ways on which something else than the service closes connections, or on which a close can't be told in time. */
export const RESIDUE: Readonly<Record<string, Residue>> = {
  'nginx, kept alive': {
    outcome: 'reset-reused',
    why: 'a reload of nginx closes the idle connections of its *clients* at once, and a request can meet that close on its way. Only resets count as that: what a replica fails, nginx answers with 502, and a 502 counts as lost',
  },
  'direct, seldom used, 25 ms of wire': {
    outcome: 'reset-reused',
    why: 'a connection that carries nothing during the whole drain is closed without having been told; a request can meet that close on its way. Anything else than such a reset counts as lost',
  },
}

/** How many requests of a way ended as nobody promises that they will not. */
export function residueOf(name: string, { outcomes }: RouteFigures): number {
  const residue = RESIDUE[name]
  return residue === undefined ? 0 : (outcomes[residue.outcome] ?? 0)
}

/** How many requests of a way failed that ought not to. */
export function lostOf(name: string, figures: RouteFigures): number {
  return figures.failed - residueOf(name, figures)
}
