import { formatDuration } from '../core/duration.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { HealthChecker } from '../health/health-checker.ts'
import type { LocalProbeSource } from '../health/probe-snapshot.ts'
import { explainResolvedBudget } from '../lifecycle/budget-explanation.ts'
import { DependencyGraph } from '../lifecycle/dependency-graph.ts'
import { startInOrder, type StartResult } from '../lifecycle/start-in-order.ts'
import type { ComponentNode } from './component-node.ts'
import type { LiveConfig } from './live-config.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { prepareCore, type ServiceCore } from './service-core.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import { watchTelemetry } from './telemetry-check.ts'

export interface BringUpOptions {
  readonly options: ResolvedServiceOptions
  readonly nodes: Iterable<ComponentNode>
  readonly health: HealthChecker
  readonly probes: LocalProbeSource
  readonly live: LiveConfig
  /** Something that must have let go of the process before anything starts. */
  readonly after: Promise<unknown> | undefined
  /** Gives up the start of the components. */
  readonly signal: AbortSignal
  /** Aborted when nobody waits for the configuration any more: what comes of it opens nothing. */
  readonly givenUp: AbortSignal
  /** Told of the core as soon as there is one, before anything in it has started. */
  readonly onCore: (core: ServiceCore) => void
}

/**
 * Everything of a start up to the last component: the configuration, the log, then telemetry beside the admin server,
 * whose thread takes as long, then the components.
 */
export async function bringUp({
  options,
  nodes,
  health,
  probes,
  live,
  after,
  signal,
  givenUp,
  onCore,
}: BringUpOptions): Promise<StartResult> {
  const { clock, startTimeoutMs } = options
  const graph = new DependencyGraph(nodes)
  if (after !== undefined) await after
  const core = await prepareCore(options, probes, live)
  givenUp.throwIfAborted()
  onCore(core)
  const { log } = core.logging
  for (const warning of core.warnings) log.warn(warning)
  // Its thread comes up meanwhile. Whether it could be had is looked at when the others are there.
  const listening = core.admin?.listen()
  listening?.catch(() => {})
  await core.telemetry?.start()
  await live.open(core, probes)
  core.admin?.addPages(async () => {
    const { adminPages } = await import('./admin-pages/admin-pages.ts')
    return adminPages({ name: options.name, core, live, clock })
  })
  addMetricsRoute(core.admin, core.telemetry, core.metricsAccess)
  log.debug({ budget: core.budget }, `shutdown budget: ${explainResolvedBudget(core.budget).equation}`)
  await listening
  watchTelemetry(health, core.telemetry)
  return startInOrder(graph, { clock, budgetMs: startTimeoutMs, signal })
}

export interface ReadyService {
  readonly name: string
  /** How long the start took. */
  readonly startMs: number
  /** What was started, by name. */
  readonly components: readonly string[]
}

/** The line of the log that ends a start. One that has critical checks which say no is a warning, and names them. */
export function tellReady(core: ServiceCore, health: HealthChecker, { name, startMs, components }: ReadyService): void {
  const { log } = core.logging
  const fields = { startMs: Math.round(startMs), admin: core.admin?.bound?.url, components }
  const failing = failingChecks(health)
  if (failing.length === 0) log.info(fields, `${name} is ready`)
  else log.warn({ ...fields, failing }, `${name} has started and is not ready: ${failing.join(', ')}`)
}

/** Critical checks that say no, by name. */
function failingChecks(health: HealthChecker): readonly string[] {
  const { checks } = health.report('ready')
  return Object.entries(checks).flatMap(([name, { status, critical }]) =>
    critical && status !== 'healthy' && status !== 'degraded' ? [name] : [],
  )
}

/**
 * Why a start was given up.
 *
 * @param limitMs how long its configuration was waited for, where that never came
 */
export function interrupted(name: string, limitMs?: number): SeaworthyError {
  const message = `The start of "${name}" was given up because a shutdown was asked for`
  if (limitMs === undefined) return new SeaworthyError('SEA_START_INTERRUPTED', message)
  return new SeaworthyError(
    'SEA_START_INTERRUPTED',
    `${message}, and its configuration had not come within ${formatDuration(limitMs)} of that`,
    { hint: 'Find what the schema of the configuration waits for.' },
  )
}

/** Rejects with the reason of `signal` when it is aborted. */
export function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
