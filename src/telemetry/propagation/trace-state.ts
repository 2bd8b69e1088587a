import { diag, type TraceState } from '@opentelemetry/api'
import { trimOws } from './field-text.ts'
import { isMember, memberLength, type TraceStateMember } from './trace-state-member.ts'

/** What the specification allows. */
const MAX_MEMBERS = 32
/** What the specification asks everyone to pass on at least, and what this implementation passes on at most. */
const MAX_LENGTH = 512
/** Members above this are the first to go when there is too much. */
const LARGE_MEMBER = 128

const NOTHING: readonly TraceStateMember[] = []

/**
 * The `tracestate` of a trace: what each vendor on its way wants to be told again, the latest first. Immutable, and not
 * parsed before somebody asks for it.
 *
 * - A list that breaks the grammar (a bad key or value, a key that comes twice, more than 32 members) is discarded as a
 *   whole, as if it had not come.
 * - A change that would make it longer than 512 characters takes effect all the same: members of more than 128
 *   characters go first, then those at the end.
 *
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export class W3cTraceState implements TraceState {
  #raw: string
  #members: readonly TraceStateMember[] | undefined
  #text: string | undefined

  /** @param header the value of a `tracestate` header; several of them joined by commas, in their order */
  constructor(header = '') {
    this.#raw = header
    this.#members = undefined
    this.#text = undefined
  }

  get(key: string): string | undefined {
    for (const member of this.#parsed()) if (member.key === key) return member.value
    return undefined
  }

  /** Puts a member to the front. One that breaks the grammar changes nothing. */
  set(key: string, value: string): W3cTraceState {
    if (!isMember(key, value)) {
      diag.debug(`A tracestate member is not set: its key or value breaks the grammar of W3C Trace Context`)
      return this
    }
    const others = this.#parsed().filter((member) => member.key !== key)
    return W3cTraceState.#of(fit([{ key, value }, ...others]))
  }

  unset(key: string): W3cTraceState {
    const rest = this.#parsed().filter((member) => member.key !== key)
    return rest.length === this.#parsed().length ? this : W3cTraceState.#of(rest)
  }

  /** The value of a `tracestate` header; an empty text when there is nothing to send. */
  serialize(): string {
    this.#text ??= this.#parsed()
      .map(({ key, value }) => `${key}=${value}`)
      .join(',')
    return this.#text
  }

  #parsed(): readonly TraceStateMember[] {
    if (this.#members === undefined) {
      this.#members = fit(parse(this.#raw) ?? NOTHING)
      this.#raw = ''
    }
    return this.#members
  }

  static #of(members: readonly TraceStateMember[]): W3cTraceState {
    const state = new W3cTraceState()
    state.#members = members
    return state
  }
}

/** @returns `undefined` when the list is invalid */
function parse(text: string): TraceStateMember[] | undefined {
  const members: TraceStateMember[] = []
  let start = 0
  while (start <= text.length) {
    const comma = text.indexOf(',', start)
    const end = comma === -1 ? text.length : comma
    const part = trimOws(text.slice(start, end))
    start = end + 1
    // Empty members are allowed, and mean nothing.
    if (part === '') continue
    const equals = part.indexOf('=')
    const key = part.slice(0, Math.max(0, equals))
    const value = part.slice(equals + 1)
    if (!isMember(key, value) || members.length === MAX_MEMBERS) return undefined
    if (members.some((member) => member.key === key)) return undefined
    members.push({ key, value })
  }
  return members
}

/** @see https://www.w3.org/TR/trace-context-2/#tracestate-limits */
function fit(members: readonly TraceStateMember[]): readonly TraceStateMember[] {
  let length = members.length - 1
  for (const member of members) length += memberLength(member)
  if (length <= MAX_LENGTH && members.length <= MAX_MEMBERS) return members
  const kept = [...members]
  for (const isExpendable of [isLarge, isAny]) {
    for (let index = kept.length - 1; index >= 0 && length > MAX_LENGTH; index--) {
      const member = kept[index]
      if (member === undefined || !isExpendable(member)) continue
      kept.splice(index, 1)
      length -= memberLength(member) + 1
    }
  }
  return kept.slice(0, MAX_MEMBERS)
}

function isLarge(member: TraceStateMember): boolean {
  return memberLength(member) > LARGE_MEMBER
}

function isAny(): boolean {
  return true
}
