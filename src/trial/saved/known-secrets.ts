import { isSecretName } from '../../core/secret-names.ts'
import { HIDDEN } from '../../core/secret-text.ts'
import type { Facts } from '../facts.ts'

/** Shorter ones are also words of the day, and to take those out would garble what was seen. */
const MIN_LENGTH = 8
/** Below this, what looks like a word is taken for one. */
const CERTAIN_LENGTH = 20

/** Every secret that was handed to the service: values of variables and headers with a secret's name, passwords in addresses. */
export function knownSecrets({ env, routes, slow, upload, crash, dependencies }: Facts): readonly string[] {
  const all = [...routes, slow, upload, crash]
  const headers = all.flatMap((route) => Object.entries(route?.headers ?? {}))
  const named = [...Object.entries(env), ...headers].flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) ? secretParts(value) : [],
  )
  const addresses = [...Object.values(env), ...dependencies.map(({ template }) => template)]
  const passwords = addresses.flatMap((value) => passwordsOf(value ?? ''))
  return [...new Set([...named, ...passwords].filter(isTelling))].toSorted((one, other) => other.length - one.length)
}

/** Takes them out of a text. */
export function hideKnown(text: string, secrets: readonly string[]): string {
  let safe = text
  for (const secret of secrets) if (safe.includes(secret)) safe = safe.replaceAll(secret, HIDDEN)
  return safe
}

/** The value and, of `Bearer abc`, what follows the scheme. */
function secretParts(value: string): readonly string[] {
  const word = value.trim().split(/\s+/).at(-1) ?? ''
  return word === value ? [value] : [value, word]
}

function passwordsOf(value: string): readonly string[] {
  const raw = /:\/\/[^\s/?#@:]*:([^\s/?#@]+)@/.exec(value)?.[1]
  if (raw === undefined) return []
  try {
    return [raw, decodeURIComponent(raw)]
  } catch {
    return [raw]
  }
}

function isTelling(secret: string): boolean {
  if (secret.length < MIN_LENGTH) return false
  return secret.length >= CERTAIN_LENGTH || !/^[a-z]+$/i.test(secret)
}
