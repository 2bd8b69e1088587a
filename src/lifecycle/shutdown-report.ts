import { formatDuration } from '../core/duration.ts'
import type { FlushOutcome } from '../core/final-flush.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { attempt } from './attempt.ts'
import type { HookRecord } from './hook.ts'

/** Why a shutdown began. */
export type ShutdownReason =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'requested' }
  | { readonly kind: 'failed-start'; readonly error: unknown }
  | { readonly kind: 'fatal'; readonly component: string; readonly error: unknown }
  | {
      readonly kind: 'uncaught'
      readonly error: unknown
      /** The file with all that is known of it, where one could be written. */
      readonly evidence?: string
    }

/** The phases of a shutdown, in their order; the report itself is the sixth. */
export type PhaseName = 'announce' | 'drain' | 'finish' | 'stop' | 'flush'

/** What a phase of a shutdown took, and what ran in it. */
export interface PhaseRecord {
  readonly phase: PhaseName
  readonly tookMs: number
  /** What ran in this phase, in the order of ending. */
  readonly hooks: readonly HookRecord[]
}

/** What a shutdown did, as it is logged, printed, and written to the termination log. */
export interface ShutdownReport {
  readonly reason: ShutdownReason
  readonly phases: readonly PhaseRecord[]
  /** Work that did not end by itself, such as `api: GET /orders after 10.0s`. */
  readonly aborted: readonly string[]
  /** What failed besides while the shutdown ran, such as `uncaught exception: …`; absent when nothing did. */
  readonly failures?: readonly string[]
  readonly flushes: Readonly<Record<string, FlushOutcome>>
  /** Counts of each component that has any, by name: what its end cost, and what it did. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly tookMs: number
  readonly clean: boolean
  /** What the process exits with, where somebody asked for another code than the contract has for such an end. */
  readonly exitCode?: number
}

/** `SIGTERM`, `requested`, `"api" failed`, … */
export function describeReason(reason: ShutdownReason): string {
  switch (reason.kind) {
    case 'signal':
      return reason.signal
    case 'requested':
      return 'requested'
    case 'failed-start':
      return 'the start failed'
    case 'fatal':
      return `"${reason.component}" failed`
    case 'uncaught':
      return 'uncaught exception'
  }
}

/** Whether somebody asked for the shutdown, rather than a failure. */
export function wasAsked(reason: ShutdownReason): boolean {
  return reason.kind === 'signal' || reason.kind === 'requested'
}

/** Hooks that threw or did not end, over all phases: whom to ask first. */
export function laggards(
  report: Pick<ShutdownReport, 'phases'>,
): readonly (HookRecord & { readonly phase: PhaseName })[] {
  return report.phases.flatMap(({ phase, hooks }) =>
    hooks.filter((hook) => hook.outcome !== 'done').map((hook) => ({ ...hook, phase })),
  )
}

/** One line for people. */
export function summarise(report: ShutdownReport): string {
  const late = laggards(report).map(describeLaggard)
  const lost = Object.entries(report.flushes).flatMap(([name, flush]) =>
    flush.complete || flush.note !== undefined ? [] : [`${name} not delivered completely`],
  )
  const notes = Object.values(report.flushes).flatMap(({ note, kept }) => [note ?? [], kept ?? []].flat())
  const cut = report.aborted.map((work) => `aborted ${work}`)
  const interrupted = describeInterrupted(report)
  const trouble = [...(report.failures ?? []), ...late, ...cut, ...lost]
  const ends = trouble.length === 0 ? [describeEnd(report.reason, interrupted.length > 0)] : trouble
  const how = [...ends, ...interrupted, ...notes].join(', ')
  // The error belongs into this line: it is all that `kubectl describe pod` shows at a glance.
  const why = 'error' in report.reason ? `: ${messageOf(report.reason.error)}` : ''
  const hint = 'error' in report.reason ? hintOf(report.reason.error) : undefined
  const line = `stopped in ${formatDuration(report.tookMs)} (${describeReason(report.reason)}${why}): ${how}${describeEvidence(report.reason)}`
  return hint === undefined ? line : `${line}. ${hint}`
}

function describeEvidence(reason: ShutdownReason): string {
  return reason.kind === 'uncaught' && reason.evidence !== undefined ? `; evidence: ${reason.evidence}` : ''
}

function describeLaggard({ name, outcome, phase, tookMs }: HookRecord & { readonly phase: PhaseName }): string {
  const took = formatDuration(tookMs)
  if (outcome !== 'timed-out') return `${name} ${outcome} after ${took}`
  return `${name} did not ${phase === 'stop' ? 'stop' : 'finish'} within ${took}`
}

function describeEnd({ kind }: ShutdownReason, wasInterrupted: boolean): string {
  const how = wasInterrupted ? 'ended in time' : 'ended by itself'
  switch (kind) {
    case 'signal':
    case 'requested':
      return `everything ${how}`
    case 'failed-start':
      return 'what had started was stopped again'
    case 'fatal':
    case 'uncaught':
      return `everything else ${how}`
  }
}

/** What ended because it was asked to, before it was done: in order, and somebody may have to do it again. */
function describeInterrupted({ figures }: Pick<ShutdownReport, 'figures'>): readonly string[] {
  const counts = { request: 0, job: 0 }
  for (const own of Object.values(figures)) counts['jobs' in own ? 'job' : 'request'] += own['interrupted'] ?? 0
  const said = Object.entries(counts).flatMap(([what, count]) =>
    count === 0 ? [] : [`${count} ${what}${count === 1 ? ' was' : 's were'} interrupted`],
  )
  return said.length === 0 ? [] : [said.join(' and ')]
}

/** What to do about anything that was thrown, where it says so. Never throws. */
export function hintOf(error: unknown): string | undefined {
  return attempt(() => (isSeaworthyError(error) ? error.hint : undefined))
}

/** The text of anything that was thrown. Never throws: an odd value must not cost the report of everything else. */
export function messageOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error)
    const message: unknown = error.message
    if (message !== '') return String(message)
    // A connection refused at several addresses comes from Node as an AggregateError that says nothing itself.
    return error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : error.name
  } catch {
    return 'something was thrown that has no text'
  }
}
