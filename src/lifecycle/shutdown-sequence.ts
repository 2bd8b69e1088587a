import type { Clock } from '../core/clock.ts'
import type { FinalFlush, FlushOutcome } from '../core/final-flush.ts'
import { sleep } from '../core/wait.ts'
import { attempt } from './attempt.ts'
import type { DependencyGraph } from './dependency-graph.ts'
import { flushAll } from './flush-phase.ts'
import { type Hook, type HookRecord, runHook } from './hook.ts'
import type { ShutdownBudget } from './shutdown-budget.ts'
import {
  messageOf,
  type PhaseName,
  type PhaseRecord,
  type ShutdownReason,
  type ShutdownReport,
  wasAsked,
} from './shutdown-report.ts'
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
}

/**
 * Runs a shutdown: announce → drain → finish → stop → flush. Each phase has its slice of the budget and ends with it,
 * so the flush begins at the latest when its own slice begins, whatever hangs. Never throws.
 */
export async function runShutdown(plan: ShutdownPlan, options: SequenceOptions): Promise<ShutdownReport> {
  const { clock, budget, reason, onPhase } = options
  const startedAt = clock.now()
  const phases: PhaseRecord[] = []
  const trace = new ShutdownTrace(reason)
  const endDeferral = plan.finalFlush.beginShutdown()

  const inPhase = async (phase: PhaseName, work: () => Promise<readonly HookRecord[]>): Promise<void> => {
    attempt(() => onPhase?.(phase))
    const phaseStartedAt = clock.now()
    const hooks = await work()
    phases.push({ phase, tookMs: clock.now() - phaseStartedAt, hooks })
  }

  await inPhase('announce', async () => plan.announce.map(announceOne))
  await inPhase('drain', async () => {
    if (plan.hasListeners) await sleep(clock, budget.drainDelayMs)
    return []
  })
  await inPhase('finish', () =>
    // All at the same time, each with the whole slice: what is in flight ends in any order.
    Promise.all(plan.finish.map((hook) => trace.hook('finish', hook, () => runHook(clock, hook, budget.inFlightMs)))),
  )
  await inPhase('stop', () =>
    stopInOrder(plan.stop, { clock, budgetMs: budget.stopMs, around: (hook, run) => trace.hook('stop', hook, run) }),
  )

  const aborted = countAborted(plan)
  const clean =
    wasAsked(reason) &&
    aborted.length === 0 &&
    phases.every(({ hooks }) => hooks.every((hook) => hook.outcome === 'done'))
  // The span ends and the deferral with it before the flush, so that both are part of what is delivered.
  trace.end(clean)
  endDeferral()
  let flushes: Readonly<Record<string, FlushOutcome>> = {}
  await inPhase('flush', async () => {
    flushes = await flushAll(clock, plan.finalFlush.flushers, budget.flushMs)
    return []
  })
  const failures = plan.failures?.() ?? []
  const report = { reason, phases, aborted, flushes, tookMs: clock.now() - startedAt }
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
