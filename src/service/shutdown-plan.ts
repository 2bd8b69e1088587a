import { DependencyGraph } from '../lifecycle/dependency-graph.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import type { ShutdownReport } from '../lifecycle/shutdown-report.ts'
import type { ShutdownPlan } from '../lifecycle/shutdown-sequence.ts'
import type { BackgroundWork } from './background-work.ts'
import type { ComponentNode } from './component-node.ts'

export interface PlanOptions {
  readonly background: BackgroundWork
  /** Whether anybody can have found the service, and has to notice that it goes. */
  readonly wasReady: boolean
  readonly failures: () => readonly string[]
  readonly finalFlush: ShutdownPlan['finalFlush']
}

/** What the phases of a shutdown do for these components, and what its report says of them. */
export function toShutdownPlan(
  nodes: readonly ComponentNode[],
  { background, wasReady, failures, finalFlush }: PlanOptions,
): ShutdownPlan {
  return {
    announce: nodes.flatMap((node) => (node.announce === undefined ? [] : [{ name: node.name, run: node.announce }])),
    hasListeners: wasReady && nodes.some((node) => node.kind === 'listener'),
    finish: background.finishAfter(
      nodes.flatMap((node) => (node.finish === undefined ? [] : [{ name: node.name, run: node.finish }])),
    ),
    aborted: () => [...nodes.flatMap((node) => node.aborted?.() ?? []), ...background.aborted()],
    openWork: () => openWorkOf(nodes, background),
    figures: () => toFigures([...nodes, background]),
    stop: new DependencyGraph(nodes),
    failures,
    finalFlush,
  }
}

/** The work in flight of these components and in the background, each by whose it is. */
export function openWorkOf(nodes: Iterable<ComponentNode>, background: BackgroundWork): readonly OpenWork[] {
  return [...nodes, background].flatMap((each) => (each.openWork?.() ?? []).map((work) => named(each, work)))
}

interface Counting {
  readonly name: string
  readonly figures?: () => ShutdownReport['figures'][string] | undefined
}

/** The counts of each that has any, by its name. */
export function toFigures(counting: Iterable<Counting>): ShutdownReport['figures'] {
  const all = [...counting].map((each) => [each.name, each.figures?.()] as const)
  return Object.fromEntries(all.flatMap(([name, figures]) => (figures === undefined ? [] : [[name, figures]])))
}

/** Whose work it is, as the report will name it if it has to be cut. */
function named({ name, namesItsWork }: Pick<ComponentNode, 'name' | 'namesItsWork'>, work: OpenWork): OpenWork {
  return namesItsWork === true ? work : { ...work, name: `${name}: ${work.name}` }
}
