import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ReloadFact } from '../facts.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { childOf, type Placed } from './placed.ts'
import { meant, readPath, readSignal, readText } from './read-scalars.ts'

interface Said {
  readonly file: string
  readonly replace: string
  readonly by: string
  readonly path: string
  readonly before: string
  readonly after: string
  readonly signal?: NodeJS.Signals
}

const PARTS = ['file', 'replace', 'by', 'signal', 'observe']
const FORM = '"FILE OLD=>NEW PATH [SIGNAL]", such as "config.json blue=>green /colour SIGHUP"'

/** How the configuration is changed while the service runs, with the changed text worked out from the file as it is. */
export async function readReload(
  node: Placed,
  cwd: string,
  problems: DeclarationProblems,
): Promise<ReloadFact | undefined> {
  const said = node.kind === 'map' ? readMap(node, problems) : readWords(node, problems)
  if (said === undefined) return undefined
  const { file, replace, by, path, before, after, signal } = said
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => error as Error)
  if (typeof text !== 'string') {
    problems.add(
      node,
      `names the file ${file}, which can't be read (${(text as NodeJS.ErrnoException).code ?? 'error'})`,
    )
    return undefined
  }
  if (!text.includes(replace)) {
    problems.add(
      node,
      `wants to replace a text that is not in ${file}`,
      'Give a text that stands there, letter by letter.',
    )
    return undefined
  }
  if (before === after) {
    problems.add(node, 'expects the same answer before and after the change', 'Give "observe" a before and an after.')
    return undefined
  }
  return {
    file,
    changed: text.replace(replace, () => by),
    ...(signal === undefined ? {} : { signal }),
    observe: { path, before, after },
  }
}

function readWords(node: Placed, problems: DeclarationProblems): Said | undefined {
  const text = node.kind === 'leaf' && typeof node.value === 'string' ? node.value.trim() : ''
  const words = /^(\S+)\s+(.+?)=>(.+?)\s+(\/\S*)(?:\s+(\S+))?$/s.exec(text)
  if (words === null) {
    problems.add(node, `is not understood, expected ${FORM}`)
    return undefined
  }
  const [, file = '', replace = '', by = '', path = '', signalText] = words
  const signal =
    signalText === undefined ? undefined : readSignal({ ...node, kind: 'leaf', value: signalText }, problems)
  if (signalText !== undefined && signal === undefined) return undefined
  return { file, replace, by, path, before: replace, after: by, ...(signal === undefined ? {} : { signal }) }
}

function readMap(node: Placed, problems: DeclarationProblems): Said | undefined {
  if (node.kind !== 'map') return undefined
  for (const [name, entry] of node.entries) {
    if (!PARTS.includes(name)) problems.add(entry, 'is not a part of "reload"', meant(name, PARTS))
  }
  const need = (...path: readonly string[]): Placed | undefined => {
    const found = childOf(node, ...path)
    if (found === undefined) problems.add(node, `has no ${path.join('.')}`, `Add "${path.join('.')}".`)
    return found
  }
  const parts = [need('file'), need('replace'), need('by'), need('observe', 'path')]
  const [file, replace, by] = parts
    .slice(0, 3)
    .map((part) => (part === undefined ? undefined : readText(part, problems)))
  const path = parts[3] === undefined ? undefined : readPath(parts[3], problems)
  if (file === undefined || replace === undefined || by === undefined || path === undefined) return undefined
  const optional = (name: string, fallback: string): string => {
    const found = childOf(node, 'observe', name)
    return found === undefined ? fallback : (readText(found, problems) ?? fallback)
  }
  const signalNode = childOf(node, 'signal')
  const signal = signalNode === undefined ? undefined : readSignal(signalNode, problems)
  return {
    file,
    replace,
    by,
    path,
    before: optional('before', replace),
    after: optional('after', by),
    ...(signal === undefined ? {} : { signal }),
  }
}
