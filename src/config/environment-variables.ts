import { resolve } from 'node:path'
import type { Environment } from '../core/env-reader.ts'
import { readBoundedFile } from './bounded-file.ts'
import { formatPath, isWithin } from './config-path.ts'
import { describeOrigin, type Origin } from './origin.ts'
import type { Problems } from './problem.ts'
import type { VariableResolver } from './variable-resolver.ts'

/** A variable that sets a key, as a text. */
export interface VariableText {
  readonly name: string
  readonly path: readonly string[]
  readonly text: string
  readonly origin: Origin
}

export interface VariableTexts {
  readonly variables: readonly VariableText[]
  /** Those that name a path in a way that can't be used; the reason has been reported. */
  readonly broken: readonly VariableText[]
}

/**
 * Reads the variables that belong to the configuration. A blank one counts as unset. Two variables for one path are a
 * problem, whatever their values: which of them wins would be chance.
 */
export async function readVariables(
  env: Environment,
  resolver: VariableResolver,
  cwd: string,
  problems: Problems,
): Promise<VariableTexts> {
  const found: VariableText[] = []
  for (const [name, text = ''] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (text.trim() === '') continue
    const resolved = await resolver.resolve(name)
    if (resolved === undefined) continue
    if (resolved.problem !== undefined) {
      problems.add(resolved.problem)
      continue
    }
    const { path, isFile } = resolved
    found.push({ name, path, text, origin: originOf(name, isFile ? text : undefined) })
  }

  const variables: VariableText[] = []
  const broken: VariableText[] = []
  for (const variable of found) {
    const rivals = found.filter((other) => other !== variable && isWithin(other.path, variable.path))
    const read = rivals.length > 0 ? contested(variable, rivals, problems) : await withFileText(variable, cwd, problems)
    if (read === undefined) broken.push(variable)
    else variables.push(read)
  }
  return { variables, broken }
}

function originOf(variable: string, file: string | undefined): Origin {
  return file === undefined ? { source: 'environment', variable } : { source: 'environment', variable, file }
}

/** Two variables for the same key, or one for an object and one for a key in it. */
function contested(variable: VariableText, rivals: readonly VariableText[], problems: Problems): undefined {
  const names = [variable, ...rivals].map(({ name }) => name).sort()
  const isSame = rivals.every(({ path }) => path.length === variable.path.length)
  problems.add({
    subject: formatPath(variable.path),
    from: `variables ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`,
    what: isSame ? 'is set more than once' : 'is set as a whole and in parts',
    suggestion: isSame ? 'Keep one of these variables and unset the others.' : `Unset ${variable.name}, or the others.`,
  })
}

async function withFileText(
  variable: VariableText,
  cwd: string,
  problems: Problems,
): Promise<VariableText | undefined> {
  const { origin } = variable
  if (origin.source !== 'environment' || origin.file === undefined) return variable
  const read = await readBoundedFile(resolve(cwd, origin.file))
  const text = read.text?.replace(/(?:\r?\n)+$/, '')
  if (text !== undefined && text !== '') return { ...variable, text }
  problems.add({
    subject: formatPath(variable.path),
    from: describeOrigin(origin),
    what: read.problem ?? 'the file is empty',
  })
  return undefined
}
