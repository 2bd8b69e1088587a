import type { Facts } from './facts.ts'
import type { Bridge } from './ship/ship.ts'

/** What a voyage costs beside its own time, one life after another. */
export interface Lives {
  readonly starts: number
  /** Stops by the signal; whatever else ends a life takes no time. */
  readonly stops: number
}

/** One or more lives of the service with something done to it: a file in `voyages/`, and nothing else, adds one. */
export interface Voyage {
  /** Equal to the name of its file: `stop-under-load`. */
  readonly id: string
  /** For the live line: `stop under load`. */
  readonly title: string
  /** What is done, in a few sentences. */
  readonly description: string
  /** About how long it takes beside the service's own start and stop, for the estimate. */
  readonly seconds: Readonly<Record<'quick' | 'default', number>>
  /** How often that own start and stop are waited for, for the estimate. @default once each */
  readonly lives?: (facts: Facts, pace: 'quick' | 'default') => Lives
  /**
   * Whether another voyage, with a copy of the service of its own, may be under way at the same time: not where times are
   * compared, and not where the machine is filled. @default false
   */
  readonly sailsInCompany?: boolean
  /** Why it can't be sailed; its trials are skipped for this reason. */
  readonly skipBecause?: (facts: Facts) => string | undefined
  /** Does it. What goes wrong with the service is an event and no exception; an exception is a defect of ours. */
  readonly sail: (bridge: Bridge) => Promise<void>
}

export function defineVoyage(voyage: Voyage): Voyage {
  return voyage
}

export function isVoyage(value: unknown): value is Voyage {
  return typeof value === 'object' && value !== null && 'id' in value && 'sail' in value && 'seconds' in value
}
