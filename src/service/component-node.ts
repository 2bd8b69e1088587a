import type { LifecycleState } from '../core/lifecycle-state.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { Hook } from '../lifecycle/hook.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import type { Startable } from '../lifecycle/start-in-order.ts'
import type { Stoppable } from '../lifecycle/stop-in-order.ts'
import type { ComponentKind } from './component.ts'

/** A component as the lifecycle sees it, whatever kind it is. */
export interface ComponentNode extends Startable, Stoppable {
  readonly kind: ComponentKind
  /** What others get for it once it has started. */
  readonly value: () => unknown
  /** Called once, when the component has been accepted into its service. */
  readonly declared?: () => void
  /** Whether there is something to end although it has not started: a server that its application has told to listen. */
  readonly isOpen?: () => boolean
  /** Reads anew what it follows besides the configuration, such as a certificate. Must not reject. */
  readonly reload?: (reason: string) => Promise<void>
  /** First phase of a shutdown: take nothing new. */
  readonly announce?: () => void
  /** Third phase: wait for what is in flight. */
  readonly finish?: Hook['run']
  /** What did not end by itself, for the report. */
  readonly aborted?: () => readonly string[]
  /** The work in flight, the oldest first. */
  readonly openWork?: () => readonly OpenWork[]
  /** Whether the names of its work say by themselves whose it is. @default false: the name of the component goes before them */
  readonly namesItsWork?: boolean
  /** Counts for the report, by name: what a shutdown cost, and what was done in it. */
  readonly figures?: () => Readonly<Record<string, number>>
}

/** The longest time a component may take to start, unless it says otherwise: half a minute, as init scripts are given. */
export const DEFAULT_START_LIMIT_MS = 30_000

/**
 * Whether a component may be added to those that a service has.
 *
 * @throws {@link SeaworthyError} `SEA_LIFECYCLE_STARTED`, or `SEA_GRAPH_DUPLICATE`
 */
export function checkNew(node: ComponentNode, known: ReadonlyMap<string, unknown>, state: LifecycleState): void {
  if (state !== 'created') {
    throw new SeaworthyError('SEA_LIFECYCLE_STARTED', `"${node.name}" was added after the start`, {
      hint: 'Add every component before start() or run().',
    })
  }
  if (!known.has(node.name)) return
  throw new SeaworthyError('SEA_GRAPH_DUPLICATE', `Two components are called "${node.name}"`, {
    hint: isAttached(node)
      ? 'Name what is attached besides the first: attach(service, server, { name: "admin" }).'
      : 'Give each component its own name.',
  })
}

/** Whether it has the name that a server gets which is attached without one. */
function isAttached({ kind, name }: ComponentNode): boolean {
  return kind === 'listener' && name === 'http'
}
