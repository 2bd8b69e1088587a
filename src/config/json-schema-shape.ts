import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { ConfigPath } from './config-path.ts'
import { isPlainObject } from './config-tree.ts'
import type { KeyLevel, SchemaShape, ValueType } from './schema-shape.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * The shape of a schema that describes itself as JSON Schema (Standard JSON Schema: zod, arktype, valibot with its
 * converter).
 *
 * @see https://standardschema.dev/json-schema
 */
export class JsonSchemaShape implements SchemaShape {
  readonly #root: JsonSchema

  constructor(root: JsonSchema) {
    this.#root = root
  }

  async levelAt(path: ConfigPath, value?: unknown): Promise<KeyLevel | undefined> {
    const here = valueAt(value, path)
    const objects = this.#branchesAt(path, value).filter((branch) => isForObjects(branch))
    if (objects.length === 0) return undefined
    const keys = new Set(objects.flatMap((branch) => Object.keys(asSchema(branch['properties']))))
    const open = objects.some(isOpen)
    if (open && isPlainObject(here)) for (const key of Object.keys(here)) keys.add(key)
    return { keys, open, complete: true }
  }

  typesAt(path: ConfigPath): ReadonlySet<ValueType> | undefined {
    const types = new Set<ValueType>()
    const branches = this.#branchesAt(path, undefined)
    for (const branch of branches) {
      const found = typesOf(branch)
      if (found === undefined) return undefined
      for (const type of found) types.add(type)
    }
    return branches.length === 0 ? undefined : types
  }

  /** The alternatives for the value at `path`, references and combinations resolved. */
  #branchesAt(path: ConfigPath, value: unknown): readonly JsonSchema[] {
    let here = value
    let branches = this.#flatten(this.#root, here)
    for (const segment of path) {
      here = valueAt(here, [segment])
      branches = branches.flatMap((branch) =>
        childSchemas(branch, segment).flatMap((child) => this.#flatten(child, here)),
      )
    }
    return branches
  }

  #flatten(schema: unknown, value: unknown, seen: ReadonlySet<unknown> = new Set()): readonly JsonSchema[] {
    if (schema === true) return [{}]
    if (!isPlainObject(schema) || seen.has(schema)) return []
    const within = new Set(seen).add(schema)
    const { $ref, allOf, anyOf, oneOf, ...own } = schema
    const combined: JsonSchema[] = []
    if (typeof $ref === 'string') combined.push(...this.#flatten(this.#resolve($ref), value, within))
    for (const part of asList(allOf)) combined.push(...this.#flatten(part, value, within))
    const alternatives = [...asList(anyOf), ...asList(oneOf)].map((part) => this.#flatten(part, value, within))
    const possible = alternatives.filter((branches) => branches.some((branch) => isPossible(branch, value)))
    combined.push(...(possible.length === 0 ? alternatives : possible).flat())
    const isPlain = $ref === undefined && allOf === undefined && anyOf === undefined && oneOf === undefined
    return isPlain || typesOf(own) !== undefined ? [own, ...combined] : combined
  }

  /** Follows `#/$defs/name`; other documents are not looked for. */
  #resolve(reference: string): unknown {
    if (!reference.startsWith('#')) return undefined
    let found: unknown = this.#root
    for (const part of reference.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      found = isPlainObject(found) ? found[key] : undefined
    }
    return found
  }
}

/** The shape, when the schema can describe its input; a library may refuse, for instance because of a custom type. */
export function describedShape(schema: StandardSchemaV1): JsonSchemaShape | undefined {
  const { jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>
  if (typeof jsonSchema?.input !== 'function') return undefined
  // zod throws for a type that JSON Schema can't express, unless told to describe it as "anything".
  for (const libraryOptions of [undefined, { unrepresentable: 'any' }]) {
    try {
      const described = jsonSchema.input({ target: 'draft-2020-12', libraryOptions })
      if (isPlainObject(described)) return new JsonSchemaShape(described)
    } catch {
      // The next attempt, or observation, takes its place.
    }
  }
  return undefined
}

function childSchemas(branch: JsonSchema, segment: string | number): readonly unknown[] {
  if (typeof segment === 'number') {
    const inPlace: unknown = asList(branch['prefixItems'])[segment]
    return [inPlace ?? branch['items'] ?? {}]
  }
  const properties = asSchema(branch['properties'])
  if (Object.hasOwn(properties, segment)) return [properties[segment]]
  const patterns = Object.entries(asSchema(branch['patternProperties']))
  const matching = patterns.filter(([pattern]) => matches(pattern, segment)).map(([, schema]) => schema)
  if (matching.length > 0) return matching
  if (branch['additionalProperties'] !== undefined) return [branch['additionalProperties']]
  return isUnconstrained(branch) ? [{}] : []
}

/** Whether an alternative is not ruled out by a key with a fixed value, such as `type: "basic"`. */
function isPossible(branch: JsonSchema, value: unknown): boolean {
  if (!isPlainObject(value)) return true
  return Object.entries(asSchema(branch['properties'])).every(([key, property]) => {
    const allowed = fixedValues(asSchema(property))
    return allowed === undefined || !Object.hasOwn(value, key) || allowed.includes(value[key])
  })
}

function fixedValues(schema: JsonSchema): readonly unknown[] | undefined {
  if (Array.isArray(schema['enum'])) return schema['enum']
  return 'const' in schema ? [schema['const']] : undefined
}

function typesOf(schema: JsonSchema): readonly ValueType[] | undefined {
  const { type } = schema
  const named = typeof type === 'string' ? [type] : Array.isArray(type) ? type : undefined
  if (named !== undefined) return named.map((name) => (name === 'integer' ? 'number' : (name as ValueType)))
  const fixed = fixedValues(schema)
  if (fixed !== undefined) return fixed.map(typeOfValue)
  if ('properties' in schema || 'additionalProperties' in schema) return ['object']
  return 'items' in schema || 'prefixItems' in schema ? ['array'] : undefined
}

function typeOfValue(value: unknown): ValueType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}

function isForObjects(branch: JsonSchema): boolean {
  return typesOf(branch)?.includes('object') ?? true
}

function isOpen(branch: JsonSchema): boolean {
  const { additionalProperties } = branch
  if (additionalProperties !== undefined && additionalProperties !== false) return true
  return 'patternProperties' in branch || isUnconstrained(branch)
}

function isUnconstrained(branch: JsonSchema): boolean {
  return typesOf(branch) === undefined
}

/** A pattern that this engine doesn't take counts as a match: better to let the schema decide than to refuse a key. */
function matches(pattern: string, key: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(key)
  } catch {
    return true
  }
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  let found = value
  for (const segment of path) {
    if (Array.isArray(found)) found = found[Number(segment)]
    else if (isPlainObject(found) && Object.hasOwn(found, segment)) found = found[segment]
    else return undefined
  }
  return found
}

function asSchema(value: unknown): JsonSchema {
  return isPlainObject(value) ? value : {}
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
