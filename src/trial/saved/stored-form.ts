import type { Lifetime } from '../history/lifetime.ts'
import { hideKnown } from './known-secrets.ts'

/**
 * The lifetime as it is after it was saved and read again, without the secrets: fields that are `undefined` are gone, and
 * numbers that JSON has not are `null`. Judged is this form, so that a replay can't say anything else.
 */
export function toStoredForm(lifetime: Lifetime, secrets: readonly string[]): Lifetime {
  return plain(lifetime, secrets) as Lifetime
}

/** Gives the value itself back where nothing has to change: most of a history doesn't. */
function plain(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return hideKnown(value, secrets)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return plainList(value, secrets)
  if (typeof value !== 'object' || value === null) return value
  return plainFields(value as Readonly<Record<string, unknown>>, secrets)
}

function plainList(list: readonly unknown[], secrets: readonly string[]): unknown {
  let isSame = true
  const copy = list.map((item) => {
    const made = item === undefined ? null : plain(item, secrets)
    isSame &&= made === item
    return made
  })
  return isSame ? list : copy
}

function plainFields(fields: Readonly<Record<string, unknown>>, secrets: readonly string[]): unknown {
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(fields)) {
    const made = plain(fields[name], secrets)
    if (made === fields[name] && made !== undefined) continue
    copy ??= { ...fields }
    if (made === undefined) delete copy[name]
    else copy[name] = made
  }
  return copy ?? fields
}
