/** Where something was said: what an error begins with. */
export interface Place {
  /** What it is called there: `--grace`, `grace`, `spec.template.spec.containers[0].ports`. */
  readonly key: string
  /** `deploy.yaml:12`; empty for a flag, whose key says it all. */
  readonly where: string
}

/** A value that knows where it was said. */
export type Placed = PlacedMap | PlacedList | PlacedLeaf

export interface PlacedMap extends Place {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Placed>
}

export interface PlacedList extends Place {
  readonly kind: 'list'
  readonly items: readonly Placed[]
}

export interface PlacedLeaf extends Place {
  readonly kind: 'leaf'
  readonly value: string | number | bigint | boolean | null | undefined
}

/** What lies at the end of the path; `undefined` when nothing does, or it was left empty. */
export function childOf(node: Placed | undefined, ...path: readonly string[]): Placed | undefined {
  let found = node
  for (const name of path) found = found?.kind === 'map' ? found.entries.get(name) : undefined
  return found?.kind === 'leaf' && (found.value === null || found.value === undefined) ? undefined : found
}

/** The items of a list; none when there is no list. */
export function itemsOf(node: Placed | undefined): readonly Placed[] {
  return node?.kind === 'list' ? node.items : []
}

/** The text of a leaf; `undefined` of anything else. */
export function textOf(node: Placed | undefined): string | undefined {
  return node?.kind === 'leaf' && typeof node.value === 'string' ? node.value : undefined
}

/** `a map`, `a list` or the kind of the value: for messages, which never show what they can't know to be no secret. */
export function kindOf(node: Placed): string {
  if (node.kind !== 'leaf') return node.kind === 'map' ? 'a map' : 'a list'
  if (node.value === null || node.value === undefined) return 'nothing'
  return typeof node.value === 'string' ? 'a text' : `a ${typeof node.value}`
}

/** A value of a flag. */
export function placedFlag(name: string, value: string | boolean | readonly string[]): Placed {
  const place: Place = { key: `--${name}`, where: '' }
  if (typeof value === 'object') {
    return { ...place, kind: 'list', items: value.map((item) => ({ ...place, kind: 'leaf', value: item })) }
  }
  return { ...place, kind: 'leaf', value }
}
