import { resolve } from 'node:path'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { readSources } from './config-sources.ts'
import type { ConfigPath } from './config-path.ts'
import { type ConfigNode, valueOf, withoutPath } from './config-tree.ts'
import { type ConfigEntry, Explanation } from './explanation.ts'
import { frozenCopy } from './frozen-copy.ts'
import { type IssueContext, reportIssues } from './issue-report.ts'
import {
  type LoadConfigOptions,
  type ResolvedLoadConfigOptions,
  resolveLoadConfigOptions,
} from './load-config-options.ts'
import { Problems } from './problem.ts'
import { askSchema } from './schema-result.ts'
import { SecretGuard } from './secret-guard.ts'
import { findUnknownKeys } from './unknown-keys.ts'

export type { LoadConfigOptions } from './load-config-options.ts'

/** A configuration that was checked, and where each of its values came from. */
export interface LoadedConfig<T> {
  /**
   * What the schema made of the input. Objects and lists are frozen, all the way down; a Map, a Set and a Date refuse to be
   * changed; instances of other classes, such as URL, are what they were.
   */
  readonly value: T
  /** Every value with its source, in alphabetical order. Secrets are not in it. */
  explain(): readonly ConfigEntry[]
  /** The same as an aligned text, a line per value. */
  describe(): string
  /** Absolute paths of the files that it was read from, those that may be absent and those of variables among them. */
  readonly files: readonly string[]
  /** A text that others wrote, on one line and without any secret of this configuration. */
  scrub(text: string): string
  /**
   * This configuration with the input at some paths as it was in an earlier one, checked by the schema: how a reload
   * leaves out what needs a restart. `undefined` when `previous` is of another kind.
   *
   * @throws {@link SeaworthyError} `SEA_CONFIG_INVALID` when the schema refuses the two together
   */
  keep(paths: readonly ConfigPath[], previous: object): Promise<LoadedConfig<T> | undefined>
}

/** What each configuration was made of, for {@link LoadedConfig.keep}. */
const INPUTS = new WeakMap<object, ConfigNode>()

/**
 * Reads the configuration from all its sources and checks it. Nothing falls back silently: a value that doesn't parse,
 * a key that doesn't exist, a file that isn't there are refused, all in one error, each with its place and without any
 * secret.
 *
 * @throws {@link SeaworthyError} `SEA_CONFIG_INVALID` with every problem of the sources
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem of the options
 */
export async function loadConfig<S extends StandardSchemaV1>(
  options: LoadConfigOptions<S>,
): Promise<LoadedConfig<StandardSchemaV1.InferOutput<S>>> {
  const settings = resolveLoadConfigOptions(options)
  const problems = new Problems()
  const sources = await readSources(settings, problems)
  const { merged } = sources
  const guard = new SecretGuard(settings.secrets)
  for (const layer of sources.layers) guard.learn(layer)

  // What is reported here is taken out, so that a strict schema doesn't report it again.
  const unknown = await findUnknownKeys(sources, problems)
  const input = unknown.reduce(withoutPath, merged)
  return check({ settings, sources, input, guard }, problems)
}

async function check<T>(context: IssueContext, problems: Problems): Promise<LoadedConfig<T>> {
  const { settings, sources, input, guard } = context
  const result = await askSchema(settings.schema, valueOf(input))
  if (result.issues !== undefined) {
    await reportIssues(result.issues, context, problems)
    throw problems.toError(result.thrown)
  }
  if (problems.count > 0) throw problems.toError()

  const value = frozenCopy(result.value)
  const explanation = new Explanation(value, input, guard, sources.layers)
  const loaded: LoadedConfig<T> = {
    value: value as T,
    explain: () => explanation.entries(),
    describe: () => explanation.table(),
    files: filesOf(sources.layers, settings),
    scrub: (text) => guard.scrub(text),
    keep: async (paths, previous) => {
      const before = INPUTS.get(previous)
      if (before === undefined) return undefined
      guard.learn(before)
      const { withKeptPaths } = await import('./reload/kept-input.ts')
      return check({ ...context, input: withKeptPaths(input, paths, before) }, new Problems())
    },
  }
  INPUTS.set(loaded, input)
  return loaded
}

function filesOf(layers: readonly ConfigNode[], { files, cwd }: ResolvedLoadConfigOptions): readonly string[] {
  const found = new Set(files.map((file) => resolve(cwd, typeof file === 'string' ? file : file.path)))
  const visit = (node: ConfigNode): void => {
    const { origin } = node
    if (origin.source === 'environment' && origin.file !== undefined) found.add(resolve(cwd, origin.file))
    if (node.kind === 'map') for (const child of node.entries.values()) visit(child)
  }
  for (const layer of layers) visit(layer)
  return Object.freeze([...found])
}
