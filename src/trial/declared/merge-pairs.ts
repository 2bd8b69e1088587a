import type { Known } from '../facts.ts'
import type { DeclaredDependency } from './declared.ts'
import type { DeclarationProblems } from './declaration-problems.ts'
import type { Placed } from './placed.ts'
import { readDependencies } from './read-dependencies.ts'
import { type Pair, readEnv, readHeaders } from './read-pairs.ts'
import type { Sources } from './sources.ts'

/** Variables for the service by name, as flags and the file say them. */
export function mergeEnv(sources: Sources): ReadonlyMap<string, Known<string>> {
  return merge(sources, 'env', readEnv)
}

/** Those of a manifest, too: they yield to what was said, and to the environment of the command. */
export function withManifestEnv(
  said: ReadonlyMap<string, Known<string>>,
  manifest: ReadonlyMap<string, string> | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, Known<string>>> {
  const merged = new Map(said)
  for (const [name, value] of manifest ?? []) {
    if (!merged.has(name) && env[name] === undefined) merged.set(name, { value, origin: 'manifest' })
  }
  return Object.fromEntries(merged)
}

/** Headers by their names in lower case. */
export function mergeHeaders(sources: Sources): Readonly<Record<string, Known<string>>> {
  return Object.fromEntries(merge(sources, 'header', readHeaders))
}

/** Dependencies, each name and each variable once. */
export function mergeDependencies(
  sources: Sources,
  variables: readonly string[],
): readonly Known<DeclaredDependency>[] {
  const merged = new Map<string, Known<DeclaredDependency>>()
  const said = sources.all('dep', (node, problems) => readDependencies(node, variables, problems))
  for (const { value: dependencies, origin } of said) {
    for (const dependency of dependencies) {
      const { name, variable } = dependency
      const isTaken = [...merged.values()].some(({ value }) => value.name === name || value.variable === variable)
      if (!isTaken) merged.set(name, { value: dependency, origin })
    }
  }
  return [...merged.values()]
}

function merge(
  sources: Sources,
  key: 'env' | 'header',
  read: (node: Placed, problems: DeclarationProblems) => readonly Pair[],
): Map<string, Known<string>> {
  const merged = new Map<string, Known<string>>()
  for (const { value: pairs, origin } of sources.all(key, read)) {
    // Within a source the last one counts, between sources the first.
    const own = new Map(pairs.map(({ name, value = '' }) => [name, value]))
    for (const [name, value] of own) if (!merged.has(name)) merged.set(name, { value, origin })
  }
  return merged
}
