import type { Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { attempt } from '../lifecycle/attempt.ts'
import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'
import type { FinishReport, ServerDrain } from '../server/server-drain.ts'

/** A server that a shutdown ends. */
export interface EndingServer {
  /** What the report calls it. */
  readonly name: string
  readonly drain: ServerDrain
}

/** When handlers are asked to end and when what is left is destroyed, in milliseconds from the begin of the end. */
export interface EndLimits {
  readonly softLimitMs: number
  readonly limitMs: number
}

/** What is known of the end of one server. */
interface ServerEnd extends EndingServer {
  /** What was open when the limit was reached or the end failed, for a report that has not come. */
  open?: readonly OpenWork[]
  report?: FinishReport
  failure?: { readonly error: unknown }
}

/**
 * The ends of the servers of one component, and what the report says of them. Whatever a drain does, its server is in
 * it: where the report of a drain is late or never comes, what it was about to cut stands in for it.
 */
export class ServerEnds {
  readonly #clock: Clock
  readonly #ends: ServerEnd[] = []
  readonly #underWay = new Set<Promise<void>>()
  #begun: { readonly at: number; readonly limits: EndLimits } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether {@link endAll} was called: a server that comes now is one for {@link endLate}. */
  get hasBegun(): boolean {
    return this.#begun !== undefined
  }

  /**
   * Ends all of them at the same time, those that come meanwhile too, and each of them also when another one fails.
   *
   * @throws what the first drain has thrown that failed; the report has it, too
   */
  async endAll(servers: Iterable<EndingServer>, limits: EndLimits): Promise<void> {
    this.#begun = { at: this.#clock.now(), limits }
    for (const server of servers) this.#end(server, limits)
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    const failure = this.#ends.find((end) => end.failure !== undefined)?.failure
    if (failure !== undefined) throw failure.error
  }

  /** Ends a server that comes while the others end, or after them, in what is left of their time. */
  endLate(server: EndingServer): void {
    if (this.#begun === undefined) return
    const { at, limits } = this.#begun
    const left = (ms: number): number => Math.max(0, at + ms - this.#clock.now())
    this.#end(server, { softLimitMs: left(limits.softLimitMs), limitMs: left(limits.limitMs) })
  }

  #end(server: EndingServer, limits: EndLimits): void {
    const end = this.#endOne(server, limits).finally(() => this.#underWay.delete(end))
    this.#underWay.add(end)
  }

  /** Never rejects: the report says how it went. */
  async #endOne(server: EndingServer, limits: EndLimits): Promise<void> {
    const { drain } = server
    const end: ServerEnd = { ...server }
    this.#ends.push(end)
    const look = (): void => void (end.open ??= openWorkOf(drain))
    // Scheduled before the drain's own, so called before: where the event loop is blocked until the slice is over, too,
    // the report on what was cut comes some turns after it has been asked for.
    const cancel = this.#clock.schedule(limits.limitMs, look)
    try {
      end.report = await drain.finish(limits)
    } catch (error) {
      look()
      end.failure = { error }
    }
    cancel()
  }

  /** What had to be cut: by name as far as it is listed, the rest by number. */
  cut(): readonly string[] {
    return this.#ends.flatMap((end) => {
      const { name, failure } = end
      const { cut, cutCount } = toCut(end)
      return [
        ...cut.map((work) => `${name}: ${work.name} after ${formatDuration(work.ageMs)}`),
        ...(cutCount > cut.length ? [`${name}: ${cutCount - cut.length} more`] : []),
        ...(failure === undefined ? [] : [`${name}: its end failed: ${messageOf(failure.error)}`]),
      ]
    })
  }

  /** Counts of the ends, over all servers. */
  figures(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {}
    for (const end of this.#ends) {
      for (const [name, count] of Object.entries(toCut(end).figures)) sums[name] = (sums[name] ?? 0) + count
    }
    return sums
  }
}

/**
 * What the drain reports; while it has not, what it was about to cut. Where even the hard limit has not been called when
 * the slice is over (Node calls overdue timers in the order of their durations' lists, not of their times), that is what
 * is open now.
 */
function toCut({ drain, report, open }: ServerEnd): Pick<FinishReport, 'cut' | 'cutCount' | 'figures'> {
  if (report !== undefined) return report
  const left = open ?? openWorkOf(drain)
  return { cut: left.slice(0, MAX_LISTED_WORK), cutCount: left.length, figures: { cut: left.length } }
}

function openWorkOf(drain: ServerDrain): readonly OpenWork[] {
  return attempt(() => drain.openWork()) ?? []
}

/** Shares of the in-flight slice: what runs is asked to end at the first, and cut off at the second. */
const SOFT_SHARE = 0.8
const HARD_SHARE = 0.95

/** What cutting off and counting may take: turns of the event loop, on a machine that is busy. */
const COUNTING_MS = 50

/** When what runs is asked to end and when it is cut off, in milliseconds from the beginning of a slice of `sliceMs`. */
export function inFlightLimits(sliceMs: number): { readonly softMs: number; readonly hardMs: number } {
  const hardMs = Math.max(sliceMs / 2, Math.min(sliceMs * HARD_SHARE, sliceMs - COUNTING_MS))
  return { softMs: Math.min(sliceMs * SOFT_SHARE, hardMs), hardMs }
}
