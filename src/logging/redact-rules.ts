import { isSecretName } from '../core/secret-names.ts'

/** What is hidden in the fields of a line: by name at any depth, and by path from the top of the line. */
export interface RedactRules {
  isSecret(name: string): boolean
  readonly paths: PathNode
}

/** One step of all paths at once. */
export interface PathNode {
  readonly children: ReadonlyMap<string, PathNode>
  /** The step `*`: any name, any index. */
  readonly any: PathNode | undefined
  /** Whether a path ends here: the value is hidden whole. */
  readonly ends: boolean
}

const NAME = /^[^.[\]*\s]+$/
const STEP = /\.?([^.[\]*"'`\s]+|\*)|\[(?:(\d+|\*)|"([^"]+)"|'([^']+)'|`([^`]+)`)\]/y

/**
 * The default rules, and those of `extra`: a plain name (`iban`) hides that name at any depth, whatever its case; a path
 * in pino's notation (`user.email`, `items[*].card`, `headers["x-internal"]`) hides that place.
 *
 * @throws {@link RangeError} naming the entry that is neither
 */
export function parseRedactRules(extra: readonly string[]): RedactRules {
  const names = new Set<string>()
  let paths = EMPTY_PATHS
  for (const entry of extra) {
    if (NAME.test(entry)) names.add(entry.toLowerCase())
    else paths = addPath(paths, parsePath(entry))
  }
  if (names.size === 0) return { isSecret: isSecretName, paths }
  return { isSecret: (name) => isSecretName(name) || names.has(name.toLowerCase()), paths }
}

export const EMPTY_PATHS: PathNode = { children: new Map(), any: undefined, ends: false }

/** The next step for `name`: what the name itself and what `*` lead to. */
export function stepInto(node: PathNode | undefined, name: string): PathNode | undefined {
  if (node === undefined) return undefined
  const own = node.children.get(name)
  if (own === undefined || node.any === undefined) return own ?? node.any
  return merge(own, node.any)
}

function parsePath(text: string): readonly string[] {
  const steps: string[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text)
    if (match === null) throw new RangeError(`holds "${text}", which is no name and no path such as "user.email"`)
    steps.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? '')
  }
  if (steps.length === 0) throw new RangeError('holds an empty text')
  return steps
}

function addPath(node: PathNode, [step, ...rest]: readonly string[]): PathNode {
  if (step === undefined) return { ...node, ends: true }
  if (step === '*') return { ...node, any: addPath(node.any ?? EMPTY_PATHS, rest) }
  const child = addPath(node.children.get(step) ?? EMPTY_PATHS, rest)
  return { ...node, children: new Map([...node.children, [step, child]]) }
}

function merge(a: PathNode, b: PathNode): PathNode {
  const children = new Map(a.children)
  for (const [name, node] of b.children) {
    const own = children.get(name)
    children.set(name, own === undefined ? node : merge(own, node))
  }
  const any = a.any !== undefined && b.any !== undefined ? merge(a.any, b.any) : (a.any ?? b.any)
  return { children, any, ends: a.ends || b.ends }
}
