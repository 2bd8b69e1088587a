import { SeaworthyError } from '../core/seaworthy-error.ts'

/** Something with a name that needs others. */
export interface GraphNode {
  readonly name: string
  readonly needs: readonly string[]
}

/** Who needs whom. Checked when built: unknown names and circles are refused there, never found at run time. */
export class DependencyGraph<T extends GraphNode> {
  readonly nodes: ReadonlyMap<string, T>
  readonly #depth = new Map<string, number>()

  /** @throws {@link SeaworthyError} `SEA_GRAPH_DUPLICATE`, `SEA_GRAPH_UNKNOWN_NEED` or `SEA_GRAPH_CYCLE` */
  constructor(nodes: Iterable<T>) {
    const byName = new Map<string, T>()
    for (const node of nodes) {
      if (byName.has(node.name)) {
        throw new SeaworthyError('SEA_GRAPH_DUPLICATE', `Two components are called "${node.name}"`, {
          hint: 'Give each component its own name.',
        })
      }
      byName.set(node.name, node)
    }
    this.nodes = byName
    for (const node of byName.values()) this.#measure(node, [])
  }

  /** The nodes that `name` needs directly. */
  needs(name: string): readonly T[] {
    return (this.nodes.get(name)?.needs ?? []).flatMap((need) => this.nodes.get(need) ?? [])
  }

  /** The nodes that need `name` directly. */
  dependents(name: string): readonly T[] {
    return [...this.nodes.values()].filter((node) => node.needs.includes(name))
  }

  /** How many nodes the longest chain of needs has that begins at `name`, itself included. */
  depth(name: string): number {
    return this.#depth.get(name) ?? 0
  }

  #measure(node: T, path: readonly string[]): number {
    const known = this.#depth.get(node.name)
    if (known !== undefined) return known
    if (path.includes(node.name)) {
      const circle = [...path.slice(path.indexOf(node.name)), node.name].join(' → ')
      throw new SeaworthyError('SEA_GRAPH_CYCLE', `Components need each other in a circle: ${circle}`, {
        hint: 'Take one of these needs out, or split a component.',
      })
    }
    let deepest = 0
    for (const need of node.needs) {
      const needed = this.nodes.get(need)
      if (needed === undefined) {
        throw new SeaworthyError('SEA_GRAPH_UNKNOWN_NEED', `"${node.name}" needs "${need}", which was not added`, {
          hint: `Add a component called "${need}".`,
        })
      }
      deepest = Math.max(deepest, this.#measure(needed, [...path, node.name]))
    }
    this.#depth.set(node.name, deepest + 1)
    return deepest + 1
  }
}
