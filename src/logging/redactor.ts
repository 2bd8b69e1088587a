import { types } from 'node:util'
import { type PathNode, type RedactRules, stepInto } from './redact-rules.ts'

/** What stands in a line instead of a secret. */
export const REDACTED = '[redacted]'

/** Deeper, a value is cut off: nobody reads that deep, and no secret can hide there. */
const MAX_DEPTH = 10
/** Objects and lists in one field. A socket or a request logged by mistake has thousands. */
const MAX_NODES = 2_000
/** Items of one list, and fields of one object. */
const MAX_MEMBERS = 1_000

/**
 * Hides secrets in the fields of log lines. It works on what is about to be serialised, so it sees what `toJSON` and
 * serializers return, at any depth, in lists and in errors; and it copies only what it has to change.
 */
export class Redactor {
  readonly #rules: RedactRules

  constructor(rules: RedactRules) {
    this.#rules = rules
  }

  /** The fields with those hidden that have a secret name; what is nested is for {@link Redactor.stringify}. */
  hideNamed(fields: Record<string, unknown>): Record<string, unknown> {
    let safe: Record<string, unknown> | undefined
    for (const name in fields) {
      if (!Object.hasOwn(fields, name) || !this.#rules.isSecret(name)) continue
      const value = fields[name]
      if (value === undefined || value === null) continue
      safe ??= { ...fields }
      safe[name] = REDACTED
    }
    return safe ?? fields
  }

  /** One field as JSON, without its secrets; `undefined` when there is no JSON for it. Never throws. */
  stringify(value: unknown, path?: PathNode): string | undefined {
    try {
      return JSON.stringify(path?.ends === true ? REDACTED : this.#walk(value, path, [], { nodes: MAX_NODES }))
    } catch (error) {
      return JSON.stringify(`[not serialisable: ${error instanceof Error ? error.message : typeof error}]`)
    }
  }

  #walk(value: unknown, path: PathNode | undefined, parents: object[], left: { nodes: number }): unknown {
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (parents.includes(value)) return '[circular]'
    if (parents.length >= MAX_DEPTH || left.nodes-- <= 0) return '[cut off]'
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    parents.push(value)
    const safe = this.#inside(value, path, parents, left)
    parents.pop()
    return safe
  }

  #inside(value: object, path: PathNode | undefined, parents: object[], left: { nodes: number }): unknown {
    if (hasToJson(value)) {
      const json = value.toJSON('')
      if (json !== value) return this.#walk(json, path, parents, left)
    }
    if (isError(value)) return this.#members(toErrorFields(value), path, parents, left)
    if (Array.isArray(value)) return this.#items(value, path, parents, left)
    return this.#members(value as Record<string, unknown>, path, parents, left)
  }

  #items(list: readonly unknown[], path: PathNode | undefined, parents: object[], left: { nodes: number }): unknown {
    if (list.length > MAX_MEMBERS) {
      const kept = list.slice(0, MAX_MEMBERS)
      return [...(this.#items(kept, path, parents, left) as unknown[]), `[${list.length - MAX_MEMBERS} more]`]
    }
    let safe: unknown[] | undefined
    for (const [index, item] of list.entries()) {
      const step = stepInto(path, String(index))
      const safeItem = step?.ends === true ? REDACTED : this.#walk(item, step, parents, left)
      if (safeItem === item) continue
      safe ??= [...list]
      safe[index] = safeItem
    }
    return safe ?? list
  }

  #members(
    fields: Record<string, unknown>,
    path: PathNode | undefined,
    parents: object[],
    left: { nodes: number },
  ): unknown {
    const names = Object.keys(fields)
    if (names.length > MAX_MEMBERS) {
      const kept = Object.fromEntries(names.slice(0, MAX_MEMBERS).map((name) => [name, fields[name]]))
      const safe = this.#members(kept, path, parents, left) as Record<string, unknown>
      return { ...safe, '…': `[${names.length - MAX_MEMBERS} more]` }
    }
    let safe: Record<string, unknown> | undefined
    for (const name of names) {
      const value = fields[name]
      if (value === undefined || value === null) continue
      const step = stepInto(path, name)
      const isHidden = step?.ends === true || this.#rules.isSecret(name)
      const safeValue = isHidden ? REDACTED : this.#walk(value, step, parents, left)
      if (safeValue === value) continue
      safe ??= { ...fields }
      safe[name] = safeValue
    }
    return safe ?? fields
  }
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return typeof (value as { readonly toJSON?: unknown }).toJSON === 'function'
}

/** Whether a value is an error, of this or another realm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

/**
 * An error as fields of a line: `type`, `message`, `stack`, what its maker added (`code`, `errno`, `hint`), its `cause`
 * and the `errors` of an `AggregateError`. Nested errors come as they are, for whoever walks the fields.
 * Unlike pino's own, it writes nothing to the error, so a frozen one works, too.
 */
function toErrorFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    type: typeof error.constructor === 'function' ? error.constructor.name : error.name,
    message: error.message,
    stack: error.stack,
  }
  for (const [name, value] of Object.entries(error)) fields[name] ??= value
  if (error.cause !== undefined) fields['cause'] = error.cause
  const { errors } = error as Partial<AggregateError>
  if (Array.isArray(errors)) fields['errors'] = errors
  return fields
}
