import type { Lifetime } from '../history/lifetime.ts'
import { hideKnown } from './known-secrets.ts'
import { SharedSenders } from './shared-senders.ts'

/**
 * The lifetime as it is after it was saved and read again, without the secrets: fields that are `undefined` are gone,
 * numbers that JSON has not are `null`, and equal senders are one object. Judged is this form, so that a replay can't say
 * anything else.
 */
export function toStoredForm(lifetime: Lifetime, secrets: readonly string[]): Lifetime {
  const senders = new SharedSenders()
  const stored = plain(lifetime, secrets) as Lifetime
  return { ...stored, events: stored.events.map((event) => senders.share(event)) }
}

/** What is as JSON gives it back after it was written. */
export function asStored<T extends object>(value: T): T {
  return plain(value, []) as T
}

/** Gives the value itself back where nothing has to change: most of a history doesn't. */
function plain(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return hideKnown(value, secrets)
  if (typeof value === 'number') return plainNumber(value)
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return plainList(value, secrets)
  if (typeof value !== 'object' || value === null) return value
  return plainFields(value as Readonly<Record<string, unknown>>, secrets)
}

/** JSON has no zero below zero. */
function plainNumber(value: number): number | null {
  if (!Number.isFinite(value)) return null
  return value === 0 ? 0 : value
}

function plainList(list: readonly unknown[], secrets: readonly string[]): unknown {
  let isSame = true
  const copy = list.map((item) => {
    const made = item === undefined ? null : plain(item, secrets)
    isSame &&= Object.is(made, item)
    return made
  })
  return isSame ? list : copy
}

function plainFields(fields: Readonly<Record<string, unknown>>, secrets: readonly string[]): unknown {
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(fields)) {
    const made = plain(fields[name], secrets)
    if (Object.is(made, fields[name]) && made !== undefined) continue
    copy ??= { ...fields }
    if (made === undefined) delete copy[name]
    else copy[name] = made
  }
  return copy ?? fields
}
