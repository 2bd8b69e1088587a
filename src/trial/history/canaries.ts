import type { Random } from '../../load/random.ts'
import type { Lifetime, LifetimeSettings } from './lifetime.ts'

/** Where a canary was put: what a service is told there is a secret. */
export type CanaryName = 'authorization' | 'cookie' | 'query' | 'body-password' | 'otlp-headers' | `env:${string}`

/** A text that is found nowhere unless the service put it there. */
export interface Canary {
  readonly name: string
  readonly token: string
}

const TOKEN_LENGTH = 20
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('')
const LETTERS_AND_DIGITS = [...LETTERS, ...'0123456789'.split('')]
const SETTING = 'canary.'

/** Places that every service has: the ones in the environment depend on it. */
const PLACES = ['authorization', 'cookie', 'query', 'body-password', 'otlp-headers'] as const

/**
 * Fresh canaries: 20 lower-case letters and digits, a letter first, so that nothing has to be escaped anywhere. The same
 * seed gives the same ones. `variables` are variables of the environment that hold a secret.
 */
export function makeCanaries(random: Random, variables: readonly string[] = []): Readonly<Record<string, string>> {
  const names: readonly CanaryName[] = [...PLACES, ...variables.map((variable) => `env:${variable}` as const)]
  return Object.fromEntries(names.map((name) => [name, makeToken(random)]))
}

/** What a lifetime has to say in its settings, so that its judges know what to look for. */
export function canarySettings(canaries: Readonly<Record<string, string>>): LifetimeSettings {
  return Object.fromEntries(Object.entries(canaries).map(([name, token]) => [`${SETTING}${name}`, token]))
}

/** The canaries that were put into this lifetime. */
export function canariesOf({ settings }: Pick<Lifetime, 'settings'>): readonly Canary[] {
  return Object.entries(settings)
    .filter(([name]) => name.startsWith(SETTING))
    .map(([name, token]) => ({ name: name.slice(SETTING.length), token: String(token) }))
}

function makeToken(random: Random): string {
  const rest = Array.from({ length: TOKEN_LENGTH - 1 }, () => random.pick(LETTERS_AND_DIGITS))
  return [random.pick(LETTERS), ...rest].join('')
}
