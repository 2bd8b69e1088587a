import { nearestName } from '../../core/nearest-name.ts'

/** Places that a value of a variable of the service may hold, each in braces: `{otlp.http.url}`. */
export const SERVICE_PLACES = ['otlp.http.url', 'otlp.grpc.url', 'otlp.grpc.hostport', 'port', 'tmp'] as const

/** Places for a dependency that is started for the trial. */
export const DEPENDENCY_PLACES = ['port', 'tmp'] as const

/** What each place is filled with for one process. */
export type PlaceValues = Readonly<Partial<Record<(typeof SERVICE_PLACES)[number], string>>>

const PLACE = /\{([a-z][a-z.-]*)\}/g

/** The text with every place filled; braces around anything else stay as they are. */
export function fillPlaces(text: string, values: PlaceValues): string {
  const known: Readonly<Record<string, string | undefined>> = values
  return text.replaceAll(PLACE, (whole, name: string) => (Object.hasOwn(known, name) ? (known[name] ?? whole) : whole))
}

/** Places in a text that do not exist and were probably meant to, each with the one that is near. */
export function findUnknownPlaces(
  text: string,
  places: readonly string[],
): { readonly name: string; readonly meant: string }[] {
  return [...text.matchAll(PLACE)].flatMap(([, name = '']) => {
    if (places.includes(name)) return []
    const reach = name.startsWith('otlp') ? name.length : 2
    const meant = nearestName(name, places, reach) ?? (reach > 2 ? places[0] : undefined)
    return meant === undefined ? [] : [{ name, meant }]
  })
}
