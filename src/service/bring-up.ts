import type { HealthChecker } from '../health/health-checker.ts'
import type { ProbeSource } from '../health/probe-source.ts'
import { explainResolvedBudget } from '../lifecycle/budget-explanation.ts'
import { DependencyGraph } from '../lifecycle/dependency-graph.ts'
import { startInOrder, type StartResult } from '../lifecycle/start-in-order.ts'
import { BUDGET_PATH, budgetRoute } from '../server/admin-budget.ts'
import type { ComponentNode } from './component-node.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { prepareCore, type ServiceCore } from './service-core.ts'
import type { ResolvedServiceOptions } from './service-options.ts'
import { watchTelemetry } from './telemetry-check.ts'

export interface BringUpOptions {
  readonly options: ResolvedServiceOptions
  readonly nodes: Iterable<ComponentNode>
  readonly health: HealthChecker
  readonly probes: ProbeSource
  /** Something that must have let go of the process before anything starts. */
  readonly after: Promise<unknown> | undefined
  /** Gives up the start of the components. */
  readonly signal: AbortSignal
  /** Aborted when nobody waits for the configuration any more: what comes of it opens nothing. */
  readonly givenUp: AbortSignal
  /** Told of the core as soon as there is one, before anything in it has started. */
  readonly onCore: (core: ServiceCore) => void
}

/** Everything of a start up to the last component: the configuration, the log, telemetry, the admin server, in this order. */
export async function bringUp({
  options,
  nodes,
  health,
  probes,
  after,
  signal,
  givenUp,
  onCore,
}: BringUpOptions): Promise<StartResult> {
  const { clock, startTimeoutMs } = options
  const graph = new DependencyGraph(nodes)
  if (after !== undefined) await after
  const core = await prepareCore(options, probes)
  givenUp.throwIfAborted()
  onCore(core)
  const { log } = core.logging
  for (const warning of core.warnings) log.warn(warning)
  await core.telemetry?.start()
  core.admin?.addRoute(BUDGET_PATH, budgetRoute(core.budget))
  addMetricsRoute(core.admin, core.telemetry, core.metricsAccess)
  log.debug({ budget: core.budget }, `shutdown budget: ${explainResolvedBudget(core.budget).equation}`)
  await core.admin?.listen()
  watchTelemetry(health, core.telemetry)
  return startInOrder(graph, { clock, budgetMs: startTimeoutMs, signal })
}
