import { readConfigFile } from './config-file.ts'
import { formatPath } from './config-path.ts'
import { type ConfigNode, mergeTrees, treeAt, treeOf, valueOf } from './config-tree.ts'
import { readVariables } from './environment-variables.ts'
import { describedShape } from './json-schema-shape.ts'
import type { ResolvedLoadConfigOptions } from './load-config-options.ts'
import { ObservedShape } from './observed-shape.ts'
import { describeOrigin } from './origin.ts'
import type { Problems } from './problem.ts'
import type { SchemaShape } from './schema-shape.ts'
import { typeVariables } from './typed-variables.ts'
import { VariableResolver } from './variable-resolver.ts'

/** Everything that the sources say. */
export interface ConfigSources {
  /** The layers, lowest first. */
  readonly layers: readonly ConfigNode[]
  readonly merged: ConfigNode
  readonly shape: SchemaShape
  /** Whether a file could not be read, so that keys may be absent for that reason alone. */
  readonly isFileMissing: boolean
  /** Paths whose variable is at fault; something stands there, so that the keys around them can be checked. */
  readonly broken: readonly (readonly string[])[]
}

/** Reads every source. What is wrong with one goes to `problems`, and the others are read all the same. */
export async function readSources(settings: ResolvedLoadConfigOptions, problems: Problems): Promise<ConfigSources> {
  const { schema, env, envPrefix, variables: mapped, cwd } = settings
  const files: ConfigNode[] = []
  for (const file of settings.files) {
    const node = await readConfigFile(file, cwd, problems)
    if (node !== undefined) files.push(node)
  }
  const isFileMissing = problems.count > 0

  const below = [treeOf(settings.defaults, { source: 'defaults' }), ...files]
  const overrides = treeOf(settings.overrides, { source: 'overrides' })
  const compose = (environment: readonly ConfigNode[]): ConfigNode =>
    [...below, ...environment, overrides].reduce(mergeTrees)

  const plain = valueOf(compose([]))
  const described = describedShape(schema)
  const shape = described ?? new ObservedShape(schema, plain)
  const resolver = new VariableResolver(shape, plain, envPrefix, mapped)
  for (const problem of await resolver.findWrongMappings()) problems.add(problem)
  const { variables, broken } = await readVariables(env, resolver, cwd, problems)
  const placeholders = broken.map(({ path, origin }) => treeAt(path, { kind: 'leaf', origin, value: '' }))
  const { trees, notBoolean } = await typeVariables(variables, schema, shape, (typed) =>
    compose([...placeholders, ...typed]),
  )
  for (const { path, origin } of notBoolean) {
    const what = 'the schema takes any text for true, and this one says neither true nor false'
    problems.add({ subject: formatPath(path), from: describeOrigin(origin), what, suggestion: 'Write true or false.' })
  }
  const environment = [...placeholders, ...trees]

  const merged = compose(environment)
  return {
    layers: [...below, ...environment, overrides],
    merged,
    shape: described ?? new ObservedShape(schema, valueOf(merged)),
    isFileMissing,
    broken: broken.map(({ path }) => path),
  }
}
