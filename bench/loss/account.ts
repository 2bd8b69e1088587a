import { KILL_WINDOW_MS } from './settings.ts'

/** What a trial counted. */
export interface Counted {
  /** Spans that the service said it had created. */
  readonly created: number
  /** Different spans that the collector has. */
  readonly delivered: number
  /** Spans that the service itself says it gave up, or that the collector rejected. */
  readonly droppedCounted: number
}

/** Spans that nobody has and nobody told of. Never negative: more may have come than a killed service could say. */
export function lostSilently({ created, delivered, droppedCounted }: Counted): number {
  return Math.max(0, created - delivered - droppedCounted)
}

/** How many spans there were at moments of one process, by its own account. */
export class Ledger {
  readonly #said: { readonly atMs: number; readonly count: number }[] = []
  #endingAtMs: number | undefined
  #port: number | undefined

  /** Takes a line of standard error; false when it is none of the ledger. */
  read(line: string): boolean {
    const [, what, at, count] = /^#(ready|port|created|ending) (\d+) (\d+)$/.exec(line) ?? []
    if (what === undefined) return false
    if (what === 'port') {
      this.#port = Number(count)
      return true
    }
    this.#said.push({ atMs: Number(at), count: Number(count) })
    if (what === 'ending') this.#endingAtMs = Number(at)
    return true
  }

  get isReady(): boolean {
    return this.#said.length > 0 || this.#port !== undefined
  }

  /** Where requests are to be sent, when spans are created by them. */
  get port(): number | undefined {
    return this.#port
  }

  /** When the process began to end itself, in milliseconds of the epoch. */
  get endingAtMs(): number | undefined {
    return this.#endingAtMs
  }

  get created(): number {
    return this.#said.at(-1)?.count ?? 0
  }

  /** How many of them in the last moments. */
  createdInWindow(windowMs = KILL_WINDOW_MS): number {
    const last = this.#said.at(-1)
    if (last === undefined) return 0
    const before = this.#said.findLast(({ atMs }) => atMs <= last.atMs - windowMs)
    return last.count - (before?.count ?? 0)
  }
}

/**
 * Spans that the last words of a service of ours say were given up: `dropped` for whatever reason, and `rejected`. 0 for any
 * other line, and for whoever has no last words.
 */
export function countedDrops(line: string): number {
  if (!line.startsWith('{')) return 0
  try {
    const { shutdown } = JSON.parse(line) as { shutdown?: { flush?: { telemetry?: { traces?: SpanAccount } } } }
    const traces = shutdown?.flush?.telemetry?.traces
    if (traces === undefined) return 0
    return Object.values(traces.dropped ?? {}).reduce((sum, count) => sum + count, traces.rejected ?? 0)
  } catch {
    return 0
  }
}

interface SpanAccount {
  readonly rejected?: number
  readonly dropped?: Readonly<Record<string, number>>
}
