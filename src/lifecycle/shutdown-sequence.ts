import type { Clock } from '../core/clock.ts'
import type { FinalFlush } from '../core/final-flush.ts'
import { sleep } from '../core/wait.ts'
import { attempt } from './attempt.ts'
import type { DependencyGraph } from './dependency-graph.ts'
import { flushAll } from './flush-phase.ts'
import { type Hook, type HookRecord, runHook } from './hook.ts'
import type { OpenWork } from './open-work.ts'
import type { ShutdownBudget } from './shutdown-budget.ts'
import { ShutdownProgress } from './shutdown-progress.ts'
import { messageOf, type PhaseName, type ShutdownReason, type ShutdownReport, wasAsked } from './shutdown-report.ts'
import { ShutdownTrace } from './shutdown-trace.ts'
import { stopInOrder, type Stoppable } from './stop-in-order.ts'

/** What a shutdown has to do, phase by phase. The order of the phases is fixed: nobody can put telemetry before a database. */
export interface ShutdownPlan {
  /** Readiness fails, consumers stop taking. At once and synchronous; a throw is reported and changes nothing. */
  readonly announce: readonly { readonly name: string; readonly run: () => void }[]
  /** Whether there is anything to be discovered: without listeners there is nobody to wait for. */
  readonly hasListeners: boolean
  /** Listeners close and wait for what is in flight, tasks end; all at the same time. */
  readonly finish: readonly Hook[]
  /** Work that did not end by itself; read once after `finish`. */
  readonly aborted: () => readonly string[]
  /** The work in flight, the oldest first; read while the shutdown runs. @default nothing is known of it */
  readonly openWork?: () => readonly OpenWork[]
  /** Counts by component; read once after `stop`. @default none */
  readonly figures?: () => ShutdownReport['figures']
  /** What failed besides while the shutdown ran; read once, at its very end. */
  readonly failures?: () => readonly string[]
  readonly stop: DependencyGraph<Stoppable>
  readonly finalFlush: FinalFlush
}

export interface SequenceOptions {
  readonly clock: Clock
  readonly budget: ShutdownBudget
  readonly reason: ShutdownReason
  readonly onPhase?: (phase: PhaseName) => void
  /** Is told everything, for those who watch. @default nobody watches */
  readonly progress?: ShutdownProgress
  /** Aborted when nothing new may be taken any more: the drain delay is over then. @default it takes its time */
  readonly hurry?: AbortSignal
}

/**
 * Runs a shutdown: announce → drain → finish → stop → flush. Each phase has its slice of the budget and ends with it,
 * so the flush begins at the latest when its own slice begins, whatever hangs. Never throws.
 */
export async function runShutdown(plan: ShutdownPlan, options: SequenceOptions): Promise<ShutdownReport> {
  const { clock, budget, reason, onPhase, progress = new ShutdownProgress(clock), hurry } = options
  progress.follow(plan.openWork ?? (() => []))
  const trace = new ShutdownTrace(reason)
  const endDeferral = plan.finalFlush.beginShutdown()
  const enter = (phase: PhaseName): void => {
    attempt(() => onPhase?.(phase))
    progress.enter(phase)
    trace.enter(phase)
  }
  const run = (phase: PhaseName, hook: Hook, work: () => Promise<HookRecord>): Promise<HookRecord> =>
    progress.track(hook, () => trace.hook(phase, hook, work))

  enter('announce')
  for (const announcement of plan.announce) await progress.track(announcement, async () => announceOne(announcement))
  enter('drain')
  if (plan.hasListeners) await sleep(clock, budget.drainDelayMs, hurry === undefined ? {} : { signal: hurry })
  enter('finish')
  // All at the same time, each with the whole slice: what is in flight ends in any order.
  await Promise.all(plan.finish.map((hook) => run('finish', hook, () => runHook(clock, hook, budget.inFlightMs))))
  enter('stop')
  await stopInOrder(plan.stop, { clock, budgetMs: budget.stopMs, around: (hook, work) => run('stop', hook, work) })

  const aborted = countAborted(plan)
  const figures = attempt(() => plan.figures?.()) ?? {}
  const phases = progress.phases()
  const clean =
    wasAsked(reason) &&
    aborted.length === 0 &&
    phases.every(({ hooks }) => hooks.every((hook) => hook.outcome === 'done'))
  // The span ends and the deferral with it before the flush, so that both are part of what is delivered.
  trace.end({ reason, phases, aborted, figures, flushes: {}, tookMs: progress.elapsedMs, clean })
  endDeferral()
  enter('flush')
  const flushes = await flushAll(clock, plan.finalFlush.flushers, budget.flushMs)
  progress.enter('report')
  const failures = plan.failures?.() ?? []
  const report = { reason, phases: progress.phases(), aborted, figures, flushes, tookMs: progress.elapsedMs }
  return failures.length === 0 ? { ...report, clean } : { ...report, failures: [...failures], clean: false }
}

function countAborted({ aborted }: ShutdownPlan): readonly string[] {
  try {
    return aborted()
  } catch (error) {
    return [`unknown: ${messageOf(error)}`]
  }
}

function announceOne({ name, run }: { readonly name: string; readonly run: () => void }): HookRecord {
  try {
    run()
    return { name, outcome: 'done', tookMs: 0 }
  } catch (error) {
    return { name, outcome: 'failed', tookMs: 0, error }
  }
}
