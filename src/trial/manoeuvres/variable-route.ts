import type { Random } from '../../load/random.ts'
import type { Route } from '../facts.ts'

/** A route with an id in its path, and requests that ask it for others. */
export interface VariableRoute {
  /** `/orders/{id}`. */
  readonly template: string
  /** The request for the id that is called so many; each is another one. */
  routeOf(index: number): Route
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const NUMBER = /^\d{1,18}$/
/** With a digit in it: `facade` and `decade` are words. */
const HEX = /^(?=[a-f]*\d)[\da-f]{8,64}$/i

/** The first route whose path holds what only an id looks like; the last such part is the one that changes. */
export function variableRoute(routes: readonly Route[], random: Random): VariableRoute | undefined {
  for (const route of routes) {
    const [path = '', ...query] = route.path.split('?')
    const parts = path.split('/')
    const place = parts.findLastIndex((part) => UUID.test(part) || NUMBER.test(part) || HEX.test(part))
    const old = parts[place]
    if (old === undefined || route.method !== 'GET') continue
    const withPart = (part: string): string => parts.with(place, part).join('/')
    return {
      template: withPart('{id}'),
      routeOf: (index) => ({ ...route, path: [withPart(idLike(old, index, random)), ...query].join('?') }),
    }
  }
  return undefined
}

function idLike(old: string, index: number, random: Random): string {
  if (NUMBER.test(old)) return String(index + 1)
  const digits = hexDigits(old.length, index, random)
  if (!UUID.test(old)) return digits
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}

/** Begins with the index, so that no two are the same. */
function hexDigits(length: number, index: number, random: Random): string {
  let digits = index.toString(16).padStart(8, '0').slice(-Math.min(8, length))
  while (digits.length < length) digits += random.bits().toString(16).padStart(8, '0')
  return digits.slice(0, length)
}
