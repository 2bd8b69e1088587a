import { nearestName } from '../../core/nearest-name.ts'

/** Places that a value of a variable may hold, each in braces: `{otlp.http.url}`. */
export const PLACES = ['otlp.http.url', 'otlp.grpc.url', 'otlp.grpc.hostport', 'port'] as const

/** What each place is filled with for one lifetime. */
export type PlaceValues = Readonly<Record<(typeof PLACES)[number], string>>

const PLACE = /\{([a-z][a-z.-]*)\}/g

/** The text with every place filled; braces around anything else stay as they are. */
export function fillPlaces(text: string, values: PlaceValues): string {
  return text.replaceAll(PLACE, (whole, name: string) => (isPlace(name) ? values[name] : whole))
}

/** Places in a text that do not exist and were probably meant to, each with the one that is near. */
export function findUnknownPlaces(text: string): readonly { readonly name: string; readonly meant: string }[] {
  return [...text.matchAll(PLACE)].flatMap(([, name = '']) => {
    if (isPlace(name)) return []
    const meant = name.startsWith('otlp')
      ? (nearestName(name, PLACES, name.length) ?? PLACES[0])
      : nearestName(name, PLACES, 2)
    return meant === undefined ? [] : [{ name, meant }]
  })
}

function isPlace(name: string): name is (typeof PLACES)[number] {
  return PLACES.some((place) => place === name)
}
