import { extname } from 'node:path'
import { isScalar, parseDocument, visit } from 'yaml'

/** The text, cut off in the middle of what was changed, as of a writer that was killed. */
export function truncated(before: string, changed: string): string {
  const at = firstDifference(before, changed)
  // Cut off between two lines, a file may still be whole: not so within the value.
  return changed.slice(0, Math.max(1, Math.min(at + 1, changed.trimEnd().length - 1)))
}

/**
 * The text with a map where the changed value was: no schema that knows the value takes it. `undefined` when the file is
 * neither JSON nor YAML, or nothing but its form was changed.
 */
export function wrongType(before: string, changed: string, file: string): string | undefined {
  const isYaml = ['.yaml', '.yml'].includes(extname(file).toLowerCase())
  if (!isYaml && extname(file).toLowerCase() !== '.json') return undefined
  const [one, other] = [parseDocument(before), parseDocument(changed)]
  if (one.errors.length > 0 || other.errors.length > 0) return undefined
  const values = new Map<string, unknown>()
  visit(one, {
    Scalar(key, node, path) {
      if (key !== 'key') values.set(pathKey(key, path), node.value)
    },
  })
  let range: readonly [number, number] | undefined
  visit(other, {
    Scalar(key, node, path) {
      if (key === 'key' || range !== undefined || node.range === null || node.range === undefined) return
      if (values.get(pathKey(key, path)) !== node.value) range = [node.range[0], node.range[1]]
    },
  })
  if (range === undefined) return undefined
  return `${changed.slice(0, range[0])}{"unexpected": true}${changed.slice(range[1])}`
}

function pathKey(key: number | string | null, path: readonly unknown[]): string {
  const names = path.map((node) =>
    typeof node === 'object' && node !== null && 'key' in node && isScalar(node.key) ? String(node.key.value) : '',
  )
  return `${names.join('/')}/${key ?? ''}`
}

function firstDifference(one: string, other: string): number {
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at++
  return at
}
