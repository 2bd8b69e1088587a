import { posix } from 'node:path'
import { FILE_EXCEPTIONS, LAYERS } from './layer-table.ts'
import { importsOf, parseSource } from './parsed-source.ts'

/** Sources by their path from the root (`src/core/clock.ts`). */
export type Sources = ReadonlyMap<string, string>

/** One line per import that the layer table does not allow: file, line, what, and why not. */
export function findLayerViolations(sources: Sources, dependencies: ReadonlySet<string>): readonly string[] {
  const violations: string[] = []
  for (const [path, text] of sources) {
    const folder = folderOf(path)
    const layer = LAYERS[folder]
    if (layer === undefined) {
      violations.push(`${path}: the folder "${folder}" has no line in the layer table`)
      continue
    }
    const folders = new Set([folder, ...layer.folders, ...(FILE_EXCEPTIONS[path]?.folders ?? [])])
    const packages = new Set([...layer.packages, ...(FILE_EXCEPTIONS[path]?.packages ?? [])])
    for (const { specifier, line } of importsIn(path, text)) {
      const refuse = (why: string): void => void violations.push(`${path}:${line} imports "${specifier}": ${why}`)
      if (specifier.startsWith('node:')) continue
      if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(path), specifier)
        if (!target.startsWith('src/')) refuse('it lies outside src')
        else if (!sources.has(target)) refuse('there is no such file')
        else if (!folders.has(folderOf(target))) refuse(`"${folder}" may not import "${folderOf(target)}"`)
        continue
      }
      const name = packageOf(specifier)
      if (name === 'seaworthy') {
        if (!folders.has('public')) refuse(`"${folder}" may not import "public"`)
      } else if (!packages.has(name)) refuse(`"${folder}" may not import the package ${name}`)
      else if (!dependencies.has(name)) refuse(`${name} is not among the dependencies in package.json`)
    }
  }
  return violations
}

/** The cycles among files, each as its path round, such as `a.ts → b.ts → a.ts`; type imports count. */
export function findCycles(sources: Sources): readonly string[] {
  const targets = new Map<string, readonly string[]>()
  for (const [path, text] of sources) {
    const relative = importsIn(path, text).filter(({ specifier }) => specifier.startsWith('.'))
    targets.set(
      path,
      relative.map(({ specifier }) => posix.join(posix.dirname(path), specifier)),
    )
  }
  const cycles: string[] = []
  const finished = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path)
    if (seenAt >= 0) {
      cycles.push([...trail.slice(seenAt), path].join(' → '))
      return
    }
    if (finished.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path])
    finished.add(path)
  }
  for (const path of sources.keys()) visit(path, [])
  return cycles
}

const known = new Map<string, ReturnType<typeof importsOf>>()

/** Remembered by the text, for the tests ask for the same sources again and again. */
function importsIn(path: string, text: string): ReturnType<typeof importsOf> {
  const found = known.get(text) ?? importsOf(parseSource(path, text))
  known.set(text, found)
  return found
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? ''
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
