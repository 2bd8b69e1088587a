import type { StandardSchemaV1 } from '@standard-schema/spec'
import { readSources } from './config-sources.ts'
import { valueOf, withoutPath } from './config-tree.ts'
import { type ConfigEntry, Explanation } from './explanation.ts'
import { frozenCopy } from './frozen-copy.ts'
import { reportIssues } from './issue-report.ts'
import { type LoadConfigOptions, resolveLoadConfigOptions } from './load-config-options.ts'
import { Problems } from './problem.ts'
import { askSchema } from './schema-result.ts'
import { SecretGuard } from './secret-guard.ts'
import { findUnknownKeys } from './unknown-keys.ts'

export type { LoadConfigOptions } from './load-config-options.ts'

/** A configuration that was checked, and where each of its values came from. */
export interface LoadedConfig<T> {
  /** What the schema made of the input. Its objects and lists are frozen; instances of classes are what they were. */
  readonly value: T
  /** Every value with its source, in alphabetical order. Secrets are not in it. */
  explain(): readonly ConfigEntry[]
  /** The same as an aligned text, a line per value. */
  describe(): string
}

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
  const result = await askSchema(settings.schema, valueOf(input))
  if (result.issues !== undefined) {
    await reportIssues(result.issues, { settings, sources, input, guard }, problems)
    throw problems.toError(result.thrown)
  }
  if (problems.count > 0) throw problems.toError()

  const value = frozenCopy(result.value)
  const explanation = new Explanation(value, input, guard)
  return {
    value: value as StandardSchemaV1.InferOutput<S>,
    explain: () => explanation.entries(),
    describe: () => explanation.table(),
  }
}
