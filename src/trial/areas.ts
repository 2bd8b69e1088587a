/** What the first part of a trial's id means, in the order in which a service lives. */
const AREAS: Readonly<Record<string, string>> = {
  START: 'Start',
  PROBE: 'Probes',
  STOP: 'Stop',
  TEL: 'Telemetry',
  CTX: 'Context',
  LEAK: 'Growth',
  DEP: 'Dependencies',
  LOAD: 'Overload',
  CRASH: 'Crash',
  CONF: 'Configuration',
  SEC: 'Secrecy',
}

/** Trials of one area. */
export interface Area<T> {
  /** `STOP`. */
  readonly prefix: string
  /** `Stop`. */
  readonly title: string
  readonly items: readonly T[]
}

/** The first part of an id: `STOP` of `STOP-01`. */
export function areaOf(id: string): string {
  return id.replace(/-[^-]*$/, '')
}

/** Things with a trial's id by area, in the order of a service's life; areas without a name of their own come last. */
export function byArea<T>(items: readonly T[], idOf: (item: T) => string): readonly Area<T>[] {
  const prefixes = [...new Set([...Object.keys(AREAS), ...items.map((item) => areaOf(idOf(item))).toSorted()])]
  return prefixes
    .map((prefix) => ({
      prefix,
      title: AREAS[prefix] ?? prefix,
      items: items
        .filter((item) => areaOf(idOf(item)) === prefix)
        .toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1)),
    }))
    .filter((area) => area.items.length > 0)
}
