import type { Origin } from '../facts.ts'
import type { DeclaredProbe } from './declared.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import { childOf, type Placed } from './placed.ts'
import { meant, type Read, readDuration, readInteger, readPath } from './read-scalars.ts'

const PARTS: Readonly<Record<string, { readonly field: keyof DeclaredProbe; readonly read: Read<number | string> }>> = {
  path: { field: 'path', read: readPath },
  port: { field: 'port', read: readInteger(1, 65_535) },
  period: { field: 'periodMs', read: readDuration },
  timeout: { field: 'timeoutMs', read: readDuration },
  'failure-threshold': { field: 'failureThreshold', read: readInteger(1, 1000) },
  'initial-delay': { field: 'initialDelayMs', read: readDuration },
}

/** A probe as a path, or as a map of path, port and timing. */
export function readProbeSaid(node: Placed, origin: Origin, problems: DeclarationProblems): DeclaredProbe {
  if (node.kind !== 'map') {
    const path = readPath(node, problems)
    return path === undefined ? {} : { path: { value: path, origin } }
  }
  const entries: (readonly [string, unknown])[] = []
  for (const [name, entry] of node.entries) {
    const part = PARTS[name]
    if (part === undefined) {
      problems.add(entry, 'is not a part of a probe', meant(name, Object.keys(PARTS)))
      continue
    }
    if (childOf(node, name) === undefined) continue
    const value = part.read(entry, problems)
    if (value !== undefined) entries.push([part.field, { value, origin }])
  }
  return Object.fromEntries(entries)
}
