import { type Facts, SEPARATOR } from './facts.ts'

/** Something that one has said and the other has not, or otherwise. */
export interface Difference {
  /** `span / server GET`, `metric a / b`, `log text`, `resource`. */
  readonly where: string
  readonly what: string
  /** `undefined`: not there. */
  readonly stock: string | undefined
  readonly ours: string | undefined
}

/** Of what only one has, one difference, `itself`, and not one for each thing that it says. */
export function differencesBetween(stock: Facts, ours: Facts): Difference[] {
  const [inStock, inOurs] = [byPlace(stock), byPlace(ours)]
  return [...new Set([...inStock.keys(), ...inOurs.keys()])].toSorted().flatMap((where) => {
    const [theirs, own] = [inStock.get(where), inOurs.get(where)]
    if (theirs === undefined) return [{ where, what: 'itself', stock: undefined, ours: 'there' }]
    if (own === undefined) return [{ where, what: 'itself', stock: 'there', ours: undefined }]
    return differencesOf(where, theirs, own)
  })
}

function differencesOf(where: string, stock: Place, ours: Place): Difference[] {
  const found: Difference[] = []
  const add = (what: string, theirs: string | undefined, own: string | undefined): void => {
    if (theirs !== own) found.push({ where, what, stock: theirs, ours: own })
  }
  // A series has no name but its attributes: one with others is the same with a difference, if it is the closest.
  const lonely = [...ours.keys()].filter((key) => key.startsWith(SERIES) && !stock.has(key))
  const paired = new Map<string, string>()
  for (const key of stock.keys()) {
    if (!key.startsWith(SERIES) || ours.has(key) || lonely.length === 0) continue
    const closest = lonely.reduce((best, other) => (likeness(key, other) > likeness(key, best) ? other : best))
    if (likeness(key, closest) === 0) continue
    lonely.splice(lonely.indexOf(closest), 1)
    paired.set(key, closest)
  }
  const others = new Set(paired.values())
  for (const key of new Set([...stock.keys(), ...ours.keys()])) {
    const other = paired.get(key)
    if (others.has(key)) continue
    if (other === undefined) add(key, stock.get(key), ours.get(key))
    else {
      const [theirs, own] = [attributesOf(key), attributesOf(other)]
      for (const name of new Set([...Object.keys(theirs), ...Object.keys(own)])) {
        add(`series @${name}`, theirs[name], own[name])
      }
      add('series value', stock.get(key), ours.get(other))
    }
  }
  return found
}

const SERIES = 'series {'

function attributesOf(key: string): Readonly<Record<string, string>> {
  return JSON.parse(key.slice('series '.length)) as Readonly<Record<string, string>>
}

/** How many attributes two series have in common. */
function likeness(a: string, b: string): number {
  const [first, second] = [attributesOf(a), attributesOf(b)]
  return Object.keys(first).filter((name) => first[name] === second[name]).length
}

type Place = ReadonlyMap<string, string>

function byPlace(facts: Facts): Map<string, Map<string, string>> {
  const places = new Map<string, Map<string, string>>()
  for (const [key, value] of facts) {
    const at = key.lastIndexOf(SEPARATOR)
    const where = key.slice(0, at)
    const place = places.get(where) ?? new Map<string, string>()
    places.set(where, place.set(key.slice(at + SEPARATOR.length), value))
  }
  return places
}

/** For a message, one line. */
export function describeDifference({ where, what, stock, ours }: Difference): string {
  return `${where}${SEPARATOR}${what}: ${stock ?? 'absent'} → ${ours ?? 'absent'}`
}
