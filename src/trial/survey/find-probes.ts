import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import type { RawResult } from '../../load/raw-request.ts'
import type { ProbeName } from '../history/event.ts'
import { ask, type Door } from './ask.ts'
import { PROBE_PATHS, type ProbeMeaning } from './probe-paths.ts'

/** A path that a probe is behind. */
export interface FoundProbe {
  readonly path: string
  readonly port: number
}

/** What became of the search. */
export interface ProbeSearch {
  readonly probes: Readonly<Partial<Record<ProbeName, FoundProbe>>>
  /**
   * Paths that answered as probes do, over HTTP/2 without TLS and nothing else. A kubelet asks over HTTP/1.1 there (its client
   * is Go's, which speaks HTTP/2 over TLS only), so they are no probes.
   */
  readonly overHttp2: ProbeSearch['probes']
  /** When readiness, or what stands for it, said yes for the first time, on the clock. */
  readonly readyAt: number | undefined
}

export interface ProbeSearchOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Ports that may still come are found by asking again. */
  readonly doors: () => Promise<readonly Door[]>
  /** Paths that a user declared; looked for besides. */
  readonly declared: readonly { readonly meaning: ProbeMeaning; readonly path: string }[]
  /** When the search ends, on the clock, although nothing has said yes. */
  readonly until: number
  readonly isRunning: () => boolean
}

/** Nobody has it: what answers it with success answers everything so. */
const NOWHERE = '/seaworthy-trial/there-is-no-such-path'
const PAUSE_MS = 40
/** How long a service that has no probe, and answers, is asked for one. */
const NO_PROBE_MS = 1500

interface Sample extends FoundProbe {
  readonly meaning: ProbeMeaning
  /** Whether a kubelet could ask for it. */
  readonly isAskable: boolean
  /** What was declared comes first, then the most telling name. */
  readonly rank: number
}

/**
 * Asks for every usual path on every port, again and again, until readiness says yes. What answers 200 to 399 exists, and
 * so does what says 503 while other paths do not.
 */
export async function findProbes(options: ProbeSearchOptions): Promise<ProbeSearch> {
  const { clock, signal, doors, until, isRunning } = options
  const existing = new Map<string, Sample>()
  const firstYes = new Map<string, number>()
  const begunAt = clock.now()
  let answeredAt: number | undefined
  while (clock.now() < until && !signal.aborted && isRunning()) {
    for (const door of await doors()) {
      const nowhere = await ask(clock, door, { path: NOWHERE })
      if (nowhere.outcome === 'answered') answeredAt ??= clock.now()
      for (const [rank, { meaning, path }] of candidates(options).entries()) {
        const key = `${door.port}${path}`
        const answer = await ask(clock, door, { path })
        if (!isProbe(answer, nowhere)) continue
        existing.set(key, { meaning, path, port: door.port, rank, isAskable: door.speech !== 'h2c' })
        if (isYes(answer) && !firstYes.has(key)) firstYes.set(key, clock.now())
      }
    }
    const { probes, overHttp2 } = sort(existing)
    const isLate = answeredAt !== undefined && clock.now() - begunAt > NO_PROBE_MS
    // A port with probes that a kubelet can ask may still come.
    const ready = probes.ready ?? (isLate ? overHttp2.ready : undefined)
    const readyAt = ready === undefined ? undefined : firstYes.get(`${ready.port}${ready.path}`)
    if (readyAt !== undefined) return { probes, overHttp2, readyAt }
    if (existing.size === 0 && isLate) break
    await sleep(clock, PAUSE_MS, { signal })
  }
  return { ...sort(existing), readyAt: undefined }
}

function candidates({ declared }: ProbeSearchOptions): { readonly meaning: ProbeMeaning; readonly path: string }[] {
  const usual = (['ready', 'live', 'startup', 'any'] as const).flatMap((meaning) =>
    PROBE_PATHS[meaning].map((path) => ({ meaning, path })),
  )
  return [...declared, ...usual.filter(({ path }) => !declared.some((each) => each.path === path))]
}

function isYes({ outcome, status = 500 }: RawResult): boolean {
  return outcome === 'answered' && status >= 200 && status < 400
}

function isProbe(answer: RawResult, nowhere: RawResult): boolean {
  if (answer.outcome !== 'answered') return false
  if (isYes(answer)) return !isYes(nowhere) || answer.body?.toString() !== nowhere.body?.toString()
  return answer.status === 503 && nowhere.status !== 503
}

function sort(existing: ReadonlyMap<string, Sample>): Pick<ProbeSearch, 'probes' | 'overHttp2'> {
  const all = [...existing.values()]
  return {
    probes: choose(all.filter(({ isAskable }) => isAskable)),
    overHttp2: choose(all.filter(({ isAskable }) => !isAskable)),
  }
}

/** The first of each meaning; what could be anything stands in for what is missing. */
function choose(found: readonly Sample[]): ProbeSearch['probes'] {
  const ranked = found.toSorted((one, other) => one.rank - other.rank)
  const of = (meaning: ProbeMeaning): FoundProbe | undefined => {
    const first = ranked.find((each) => each.meaning === meaning)
    return first === undefined ? undefined : { path: first.path, port: first.port }
  }
  const any = of('any')
  const ready = of('ready') ?? any
  const live = of('live') ?? any
  const startup = of('startup')
  return {
    ...(ready === undefined ? {} : { ready }),
    ...(live === undefined ? {} : { live }),
    ...(startup === undefined ? {} : { startup }),
  }
}
