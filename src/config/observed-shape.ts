import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type ConfigPath, isWithin, pathId } from './config-path.ts'
import { isPlainObject } from './config-tree.ts'
import { askSchema, type SchemaIssue } from './schema-result.ts'
import type { KeyLevel, SchemaShape } from './schema-shape.ts'

/** A key that no schema has. Who reads it reads whatever is there. */
const STRANGER = 'seaworthy-unknown-key'

/** Libraries that read every key before they report, even when some are wrong: tested. */
const READS_EVERYTHING: ReadonlySet<string> = new Set(['arktype', 'valibot', 'zod'])

/**
 * The shape of a schema that can't describe itself, found by watching which keys its validator reads: it has to read a
 * key to check it, whether the key is there or not. What remains unknown: types, and the keys of an alternative whose
 * deciding key is wrong.
 */
export class ObservedShape implements SchemaShape {
  readonly #schema: StandardSchemaV1
  readonly #input: unknown
  readonly #levels = new Map<string, Promise<KeyLevel | undefined>>()

  /** @param input what the validator is shown, besides the object that is asked for */
  constructor(schema: StandardSchemaV1, input: unknown) {
    this.#schema = schema
    this.#input = input
  }

  levelAt(path: ConfigPath): Promise<KeyLevel | undefined> {
    const id = pathId(path)
    const level = this.#levels.get(id) ?? this.#observe(path)
    this.#levels.set(id, level)
    return level
  }

  typesAt(): undefined {
    return undefined
  }

  async #observe(path: ConfigPath): Promise<KeyLevel | undefined> {
    const reads = new Set<string>()
    const shown = withObjectAt(this.#input, path, (object) => watched({ [STRANGER]: null, ...object }, reads))
    const { issues = [], ...answer } = await askSchema(this.#schema, shown)
    if ('thrown' in answer) return undefined
    // A strict object reads the key only to refuse it by its name; a record refuses at most what it holds.
    const isStrict = issues.some((issue) => issue.path.includes(STRANGER) && issue.message.includes(STRANGER))
    const open = reads.delete(STRANGER) && !isStrict
    const refused = issues.some((issue) => pathId(issue.path) === pathId(path))
    // Nothing was read: either any value will do here, or no object.
    if (reads.size === 0 && !open && !isStrict) return refused ? undefined : { keys: reads, open: true, complete: true }
    return { keys: reads, open, complete: this.#isComplete(path, reads, issues) }
  }

  #isComplete(path: ConfigPath, reads: ReadonlySet<string>, issues: readonly SchemaIssue[]): boolean {
    const others = issues.filter((issue) => !issue.path.includes(STRANGER))
    if (others.length === 0) return true
    if (!READS_EVERYTHING.has(this.#schema['~standard'].vendor)) return false
    // With a wrong `type: "bsic"` the alternative is not found, and nothing but `type` was read of the object.
    const here = others.filter((issue) => isWithin(issue.path, path))
    if (here.some((issue) => issue.kind === 'variant' && issue.path.length === path.length + 1)) return false
    const wrong = new Set(here.map((issue) => String(issue.path[path.length])))
    return [...reads].some((key) => !wrong.has(key))
  }
}

/** A copy of `input` with the object at `path` replaced by what `make` makes of it; what is no object becomes one. */
function withObjectAt(
  input: unknown,
  path: ConfigPath,
  make: (object: Readonly<Record<string, unknown>>) => unknown,
): unknown {
  const [segment, ...rest] = path
  if (segment === undefined) return make(isPlainObject(input) ? input : {})
  if (typeof segment === 'number') {
    const list: unknown[] = Array.isArray(input) ? [...input] : []
    list[segment] = withObjectAt(list[segment], rest, make)
    return list
  }
  const object = isPlainObject(input) ? input : {}
  return { ...object, [segment]: withObjectAt(object[segment], rest, make) }
}

function watched(object: Record<string, unknown>, reads: Set<string>): unknown {
  const note = (key: string | symbol): void => {
    if (typeof key === 'string' && !Object.hasOwn(Object.prototype, key)) reads.add(key)
  }
  return new Proxy(object, {
    get(target, key, receiver): unknown {
      note(key)
      return Reflect.get(target, key, receiver)
    },
    has(target, key) {
      note(key)
      return Reflect.has(target, key)
    },
  })
}
