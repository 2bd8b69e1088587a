import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Environment } from '../core/env-reader.ts'
import { OptionReader } from '../core/option-reader.ts'
import type { OptionalFile } from './config-file.ts'
import { parseDottedPath } from './config-path.ts'
import { isPlainObject } from './config-tree.ts'
import type { Secret } from './secret.ts'

/** A part of a configuration: every key may be absent. Lists are whole, because layers replace them. */
export type PartialConfig<T> = T extends readonly unknown[] | Secret | Date | ((...args: never[]) => unknown)
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: PartialConfig<T[K]> | undefined }
    : T

/**
 * Schema and sources of a configuration. The layers, lowest first: defaults of the schema, `defaults`, `files` in their
 * order, the environment, `overrides`. Objects are merged key by key; lists and all other values are replaced.
 */
export interface LoadConfigOptions<S extends StandardSchemaV1 = StandardSchemaV1> {
  /**
   * Any Standard Schema: zod, valibot, arktype, or one of your own. It may be asked several times, and with parts of the
   * input, so it should only look at the value, not write or call elsewhere.
   *
   * @see https://standardschema.dev
   */
  readonly schema: S
  /** What holds when no other source says otherwise, except that the schema's own defaults lie below it. */
  readonly defaults?: PartialConfig<StandardSchemaV1.InferInput<S>>
  /**
   * YAML (`.yaml`, `.yml`) or JSON (`.json`) files, at most 1 MiB each. Later ones win. A missing one is an error unless
   * it is listed as `{ path, optional: true }`.
   */
  readonly files?: readonly (string | OptionalFile)[]
  /**
   * Variables: `HTTP__KEEP_ALIVE` sets `http.keepAlive`, and `HTTP__KEEP_ALIVE_FILE` names a file that holds the value. A
   * blank one counts as unset.
   *
   * @default none; a service passes `process.env`
   */
  readonly env?: Environment
  /**
   * With `ORDERS_`, exactly the variables that begin so belong to the configuration, and one that sets no known key is an
   * error. Ends with an underscore.
   *
   * @default none: a variable belongs to the configuration when the first key that it names is known
   */
  readonly envPrefix?: string
  /** Variables with names of their own, such as `{ DATABASE_URL: 'database.url' }`. The prefix doesn't apply to them. */
  readonly variables?: Readonly<Record<string, string>>
  /** The highest layer: what the command line or a test says. */
  readonly overrides?: PartialConfig<StandardSchemaV1.InferInput<S>>
  /**
   * Dotted paths that hold a secret although their name doesn't say so, such as `license.blob`: like those of a secret
   * name, their values are shown nowhere.
   */
  readonly secrets?: readonly string[]
  /** Where relative paths of files begin. @default process.cwd() */
  readonly cwd?: string
}

export interface ResolvedLoadConfigOptions {
  readonly schema: StandardSchemaV1
  readonly defaults: object
  readonly files: readonly (string | OptionalFile)[]
  readonly env: Environment
  readonly envPrefix: string | undefined
  readonly variables: ReadonlyMap<string, readonly string[]>
  readonly overrides: object
  readonly secrets: readonly (readonly string[])[]
  readonly cwd: string
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem */
export function resolveLoadConfigOptions(options: unknown): ResolvedLoadConfigOptions {
  const read = new OptionReader(options, 'loadConfig()')
  const prefix = read.text('envPrefix', {
    fallback: '',
    pattern: /^[A-Z][A-Z0-9_]*_$/,
    form: 'upper-case letters, digits and "_", with "_" at the end',
  })
  const resolved: ResolvedLoadConfigOptions = {
    schema: readSchema(read),
    defaults: readObject(read, 'defaults'),
    files: readFiles(read),
    env: readObject(read, 'env') as Environment,
    envPrefix: prefix === '' ? undefined : prefix,
    variables: readVariables(read),
    overrides: readObject(read, 'overrides'),
    secrets: read.list('secrets', { fallback: [] }).map((text) => readPath(read, 'secrets', text)),
    cwd: read.text('cwd', { fallback: process.cwd() }),
  }
  read.done()
  return Object.freeze(resolved)
}

function readSchema(read: OptionReader): StandardSchemaV1 {
  const schema = read.value<Partial<StandardSchemaV1>>('schema')
  // arktype's schemas are functions.
  const isObject = (typeof schema === 'object' || typeof schema === 'function') && schema !== null
  if (!isObject || typeof schema['~standard']?.validate !== 'function') {
    read.problem('"schema" must be a Standard Schema, such as a zod, valibot or arktype object')
  }
  return schema as StandardSchemaV1
}

function readObject(read: OptionReader, name: string): object {
  const value = read.value(name) ?? {}
  if (typeof value === 'object' && !Array.isArray(value)) return value
  read.problem(`"${name}" must be an object`)
  return {}
}

function readFiles(read: OptionReader): readonly (string | OptionalFile)[] {
  const files = read.value<unknown>('files') ?? []
  if (!Array.isArray(files)) {
    read.problem('"files" must be a list')
    return []
  }
  for (const [index, file] of files.entries()) {
    const isOptional = isPlainObject(file) && typeof file['path'] === 'string' && file['optional'] === true
    if ((typeof file !== 'string' && !isOptional) || file === '') {
      read.problem(`files[${index}] must be a path or { path, optional: true }`)
    }
  }
  return files
}

function readVariables(read: OptionReader): ReadonlyMap<string, readonly string[]> {
  const mapped = new Map<string, readonly string[]>()
  for (const [name, path] of Object.entries(readObject(read, 'variables') as Readonly<Record<string, unknown>>)) {
    mapped.set(name, readPath(read, `variables.${name}`, path))
  }
  return mapped
}

function readPath(read: OptionReader, where: string, path: unknown): readonly string[] {
  const keys = typeof path === 'string' ? parseDottedPath(path) : undefined
  if (keys === undefined) read.problem(`"${where}" must name keys such as "database.url"`)
  return keys ?? []
}
