import type { MeasuredOn } from '../measured-on.ts'
import type { Probes } from '../health/probe.ts'
import type { Processors } from '../health/service-under-probes.ts'
import { quantile } from '../statistics.ts'
import type { Offered } from './offer-load.ts'
import type { Overload, ProbesOfPort } from './overload.ts'
import { CAPACITY, FACTOR } from './settings.ts'
import { OURS, OURS_OFF, VARIANTS } from './variants.ts'

/** One round of one variant. */
export interface Sample extends Overload {
  readonly variant: string
  readonly processors: Processors
  /** From clients with a connection for each request; measured with one processor only, where there can be one. */
  readonly fresh: Offered | undefined
}

export interface Measurement extends MeasuredOn {
  readonly tookMs: number
  readonly scale: number
  readonly samples: readonly Sample[]
  readonly troubles: readonly string[]
}

/** Of the probes of all rounds. */
export interface ProbeFigures {
  readonly asked: number
  readonly healthy: number
  readonly refused: number
  readonly unanswered: number
  readonly longestMs: number
}

export interface PortFigures {
  readonly live: ProbeFigures
  readonly ready: ProbeFigures
}

/** Shares are of 1, and each figure the middle one of the rounds. */
export interface Row {
  readonly variant: string
  readonly processors: Processors
  /** Served within a client's patience, as a share of what can be done. */
  readonly goodput: number
  /** Of those who came. */
  readonly refused: number
  readonly gaveUp: number
  /** Of all rounds together. */
  readonly broken: number
  readonly refusedWithoutTime: number
  /** `null` where nobody was served. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  /** Of those who came when it was over. */
  readonly servedAfter: number
  /** What comes from clients with a connection for each request. */
  readonly fresh: { readonly goodput: number; readonly refused: number; readonly gaveUp: number } | undefined
  readonly listener: PortFigures
  readonly admin: PortFigures | undefined
  /** The most of any round. */
  readonly began: number
  readonly rounds: number
}

/** In the order of the page. */
export function toRows(samples: readonly Sample[]): readonly Row[] {
  return VARIANTS.flatMap(({ name }) =>
    (['one', 'all'] as const).flatMap((processors) => {
      const own = samples.filter((sample) => sample.variant === name && sample.processors === processors)
      return own.length === 0 ? [] : [toRow(own)]
    }),
  )
}

function toRow(own: readonly Sample[]): Row {
  const [{ variant, processors }] = own as readonly [Sample]
  const middle = (of: (sample: Sample) => number): number => round(quantile(own.map(of), 0.5), 1000)
  const sum = (of: (offered: Offered) => number): number => own.reduce((total, { offered }) => total + of(offered), 0)
  const timeOf = (of: (offered: Offered) => number | null): number | null => {
    const times = own.flatMap(({ offered }) => of(offered) ?? [])
    return times.length === 0 ? null : Math.round(quantile(times, 0.5))
  }
  const admin = own.flatMap((sample) => sample.admin ?? [])
  const fresh = own.flatMap((sample) => sample.fresh ?? [])
  const share = (of: (offered: Offered) => number): number => round(quantile(fresh.map(of), 0.5), 1000)
  return {
    variant,
    processors,
    goodput: middle(({ offered, durationMs }) => (offered.served * 1000) / durationMs / CAPACITY),
    refused: middle(({ offered }) => offered.refused / offered.come),
    gaveUp: middle(({ offered }) => offered.gaveUp / offered.come),
    broken: sum(({ broken }) => broken),
    refusedWithoutTime: sum(({ refusedWithoutTime }) => refusedWithoutTime),
    p50Ms: timeOf(({ p50Ms }) => p50Ms),
    p99Ms: timeOf(({ p99Ms }) => p99Ms),
    servedAfter: middle(({ after }) => after.served / after.come),
    fresh:
      fresh.length === 0
        ? undefined
        : {
            goodput: share(({ served, come }) => (served * FACTOR) / come),
            refused: share(({ refused, come }) => refused / come),
            gaveUp: share(({ gaveUp, come }) => gaveUp / come),
          },
    listener: figuresOf(own.map(({ listener }) => listener)),
    admin: admin.length === 0 ? undefined : figuresOf(admin),
    began: Math.max(...own.map(({ began }) => began)),
    rounds: own.length,
  }
}

function figuresOf(ports: readonly ProbesOfPort[]): PortFigures {
  const together = (of: (port: ProbesOfPort) => Probes): ProbeFigures => {
    const sum = (count: (probes: Probes) => number): number => ports.reduce((total, port) => total + count(of(port)), 0)
    return {
      asked: sum(({ times }) => times.length),
      healthy: sum(({ healthy }) => healthy),
      refused: sum(({ refused }) => refused),
      unanswered: sum(({ unanswered }) => unanswered),
      longestMs: Math.round(Math.max(0, ...ports.flatMap((port) => of(port).times))),
    }
  }
  return { live: together(({ live }) => live), ready: together(({ ready }) => ready) }
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

/** What ours must serve in time at least while twice as much comes: decides in a full measurement only. */
const LEAST_GOODPUT = 0.75

/** What ours has promised and did not keep. How fast it was decides only in a full measurement, on a machine that is left alone. */
export function problemsOf({ samples, scale }: Pick<Measurement, 'samples' | 'scale'>): readonly string[] {
  const all = toRows(samples)
  const rows = all.filter(({ variant }) => variant === OURS)
  if (rows.length === 0) return [`${OURS} was not measured`]
  return rows.flatMap((row) => {
    const without = all.find(({ variant, processors }) => variant === OURS_OFF && processors === row.processors)
    return problemsOfRow(row, without, scale === 1).map((problem) => `${OURS}, ${row.processors}: ${problem}`)
  })
}

function problemsOfRow(row: Row, without: Row | undefined, isFull: boolean): readonly string[] {
  const { goodput, refused, refusedWithoutTime, broken, began, fresh, listener, admin, servedAfter } = row
  const ports = [listener, ...(admin === undefined ? [] : [admin])].flatMap(({ live, ready }) => [live, ready])
  const refusedProbes = ports.reduce((sum, port) => sum + port.refused, 0)
  const dead = admin === undefined ? undefined : admin.live.asked - admin.live.healthy
  const percent = (share: number): string => `${Math.round(share * 100)} %`
  return [
    ...(goodput === 0 || ports.some(({ asked }) => asked === 0) ? ['nothing was measured'] : []),
    ...(refused === 0 ? ['nothing was refused'] : []),
    // Nobody else tells how many connections wait.
    ...(process.platform === 'linux' && fresh?.refused === 0
      ? ['nothing was refused of clients with a connection for each request']
      : []),
    ...(refusedWithoutTime > 0 ? [`${refusedWithoutTime} were refused without Retry-After`] : []),
    ...(broken > 0 ? [`${broken} requests were broken off`] : []),
    ...(refusedProbes > 0 ? [`${refusedProbes} probes were refused`] : []),
    ...(dead === undefined || dead > 0 ? [`${dead ?? 'all'} probes of its own port say it does not live`] : []),
    ...(began === 1 ? [] : [`its log says ${began} times that it begins to refuse`]),
    ...(without !== undefined && goodput <= without.goodput
      ? [`served ${percent(goodput)} in time, and ${percent(without.goodput)} without it`]
      : []),
    ...(isFull && goodput < LEAST_GOODPUT ? [`served ${percent(goodput)} of what can be done in time`] : []),
    ...(isFull && servedAfter < 1 ? [`served ${percent(servedAfter)} of those who came when it was over`] : []),
  ]
}
