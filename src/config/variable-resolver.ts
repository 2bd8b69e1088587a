import { didYouMean } from '../core/nearest-name.ts'
import { formatPath } from './config-path.ts'
import { MACHINE_VARIABLES } from './machine-variables.ts'
import type { Problem } from './problem.ts'
import type { SchemaShape } from './schema-shape.ts'
import {
  bare,
  FILE_SUFFIX,
  KEY_SEPARATOR,
  matchKey,
  splitVariableName,
  toKey,
  toVariableName,
} from './variable-name.ts'

/** What a variable sets: a path, by its value or by the file that it names. */
export type Resolved =
  | { readonly path: readonly string[]; readonly isFile: boolean; readonly problem?: undefined }
  | { readonly problem: Problem }

/** A path found for a name, and how many of its keys are declared before one that is only welcome in an open object. */
type Found = { readonly path: readonly string[]; readonly declared: number }
type Missed = { readonly parent: readonly string[]; readonly part: string; readonly hasNoKeys: boolean }

/** Levels of keys that suggestions look through. */
const MAX_SUGGESTION_DEPTH = 6
const MAX_SUGGESTIONS = 500

/** Finds the path that a variable sets, for one schema. */
export class VariableResolver {
  readonly #shape: SchemaShape
  readonly #value: unknown
  readonly #prefix: string | undefined
  readonly #mapped: Map<string, readonly string[]>

  /** @param value what the layers below the environment say: open objects have their keys from it */
  constructor(
    shape: SchemaShape,
    value: unknown,
    prefix: string | undefined,
    mapped: ReadonlyMap<string, readonly string[]>,
  ) {
    this.#shape = shape
    this.#value = value
    this.#prefix = prefix
    this.#mapped = new Map(mapped)
  }

  /** `undefined` when the variable has nothing to do with the configuration. */
  async resolve(name: string): Promise<Resolved | undefined> {
    const mapped = this.#mapped.get(name)
    if (mapped !== undefined) return { path: mapped, isFile: false }
    const named = this.#mapped.get(withoutFileSuffix(name) ?? '')
    if (named !== undefined) return { path: named, isFile: true }
    if (this.#prefix === undefined) return this.#resolveBare(name)
    return name.startsWith(this.#prefix) ? this.#resolvePrefixed(name, this.#prefix) : undefined
  }

  /** Entries of `variables` that lead to no key. From then on they count for nothing. */
  async findWrongMappings(): Promise<readonly Problem[]> {
    const problems: Problem[] = []
    for (const [name, path] of this.#mapped) {
      for (const [depth, key] of path.entries()) {
        const level = await this.#shape.levelAt(path.slice(0, depth))
        if (level === undefined || level.open || !level.complete || level.keys.has(key)) continue
        const keys = [...level.keys].map((known) => formatPath([...path.slice(0, depth), known]))
        problems.push({
          subject: `option variables.${name}`,
          what: `names ${formatPath(path)}, but there is no such key`,
          suggestion: didYouMean(formatPath(path.slice(0, depth + 1)), keys),
        })
        this.#mapped.delete(name)
        break
      }
    }
    return problems
  }

  /** Without a prefix only what leads to a known key belongs to the configuration. */
  async #resolveBare(name: string): Promise<Resolved | undefined> {
    if (MACHINE_VARIABLES.has(name)) return undefined
    if (splitVariableName(name) === undefined) return this.#resolveMisspelled(name)
    const found = await this.#find(name)
    if ('path' in found) return found.declared > 0 ? { path: found.path, isFile: found.isFile } : undefined
    return found.parent.length === 0 ? undefined : { problem: await this.#unknown(name, found) }
  }

  /** `HTTP___PORT` stands for no key, and is still meant for `http`. */
  async #resolveMisspelled(name: string): Promise<Resolved | undefined> {
    const [first = '', ...rest] = name.split(KEY_SEPARATOR)
    if (rest.length === 0 || splitVariableName(first) === undefined) return undefined
    const level = await this.#shape.levelAt([])
    return matchKey(first, level?.keys ?? []) === undefined ? undefined : { problem: notAName(name, '') }
  }

  async #resolvePrefixed(name: string, prefix: string): Promise<Resolved> {
    const rest = name.slice(prefix.length)
    if (splitVariableName(rest) === undefined) return { problem: notAName(name, prefix) }
    const found = await this.#find(rest)
    if ('path' in found) return { path: found.path, isFile: found.isFile }
    return { problem: await this.#unknown(name, found) }
  }

  /**
   * The name as it stands wins when the schema declares it (`TLS__CERT_FILE` is `tls.certFile` if there is one), then
   * the name as a file of another key, then a new key of an open object.
   */
  async #find(name: string): Promise<(Found & { readonly isFile: boolean }) | Missed> {
    const direct = await this.#walk(name)
    if ('path' in direct && direct.declared === direct.path.length) return { ...direct, isFile: false }
    const base = withoutFileSuffix(name)
    const file = base === undefined ? undefined : await this.#walk(base)
    if (file !== undefined && 'path' in file) return { ...file, isFile: true }
    return 'path' in direct ? { ...direct, isFile: false } : direct
  }

  async #walk(name: string): Promise<Found | Missed> {
    const path: string[] = []
    let declared = 0
    for (const part of splitVariableName(name) ?? []) {
      const level = await this.#shape.levelAt(path)
      if (level === undefined) return { parent: path, part, hasNoKeys: true }
      const key = matchKey(part, level.keys)
      // Keys that could not be seen are left to the schema.
      if (key === undefined && !level.open && level.complete) return { parent: path, part, hasNoKeys: false }
      if (key !== undefined && declared === path.length) declared++
      path.push(key ?? this.#keyBelow(path, part))
    }
    return { path, declared }
  }

  /** In an open object: the key that a file spells in its own way, or the usual spelling. */
  #keyBelow(path: readonly string[], part: string): string {
    let object: unknown = this.#value
    for (const key of path) object = isObject(object) ? object[key] : undefined
    return (isObject(object) ? matchKey(part, Object.keys(object)) : undefined) ?? toKey(part)
  }

  async #unknown(name: string, { parent, part, hasNoKeys }: Missed): Promise<Problem> {
    const subject = `variable ${name}`
    const target = formatPath([...parent, toKey(part)])
    if (hasNoKeys) return { subject, what: `would set ${target}, but ${formatPath(parent)} has no keys` }
    const names = await this.#knownNames()
    const same = names.find((known) => bare(known) === bare(name))
    const suggestion = same === undefined ? didYouMean(name, names) : `Did you mean "${same}"?`
    return { subject, what: `would set ${target}, but there is no such key`, suggestion }
  }

  /** The variables of all keys that can be found, for suggestions. */
  async #knownNames(): Promise<readonly string[]> {
    const names: string[] = [...this.#mapped.keys()]
    const visit = async (path: readonly string[]): Promise<void> => {
      const level = path.length < MAX_SUGGESTION_DEPTH ? await this.#shape.levelAt(path) : undefined
      for (const key of level?.keys ?? []) {
        if (names.length >= MAX_SUGGESTIONS) return
        names.push(toVariableName([...path, key], this.#prefix))
        await visit([...path, key])
      }
    }
    await visit([])
    return names
  }
}

function notAName(name: string, prefix: string): Problem {
  const rule = 'keys are upper-case words with "_" between them, and have "__" between each other'
  return { subject: `variable ${name}`, what: `stands for no key${prefix === '' ? '' : ` after "${prefix}"`}: ${rule}` }
}

function withoutFileSuffix(name: string): string | undefined {
  return name.endsWith(FILE_SUFFIX) ? name.slice(0, -FILE_SUFFIX.length) : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
