import type { Door } from './ask.ts'
import type { PortOffer } from './port-variables.ts'

export interface DoorChoice {
  readonly doors: readonly Door[]
  readonly offers: readonly PortOffer[]
  /** What a user or a manifest said. */
  readonly declaredPort: number | undefined
  /** Where probes were found. */
  readonly probePorts: readonly number[]
  readonly adminPort: number | undefined
}

/** Where requests go, and the offer that it obeyed, if it did. */
export interface ChosenDoor {
  readonly door: Door
  readonly offer?: PortOffer
}

/** Whether nothing better is to be expected: it is where requests go, as it was told or said, or as it has not only probes. */
export function isForRequests(
  { door, offer }: ChosenDoor,
  { declaredPort, probePorts, adminPort }: DoorChoice,
): boolean {
  if (offer !== undefined || door.port === declaredPort) return true
  return door.port !== adminPort && !probePorts.includes(door.port)
}

/**
 * The port for requests: one that an offer named, else the one that was declared, else one that has not only probes, else
 * the first. `undefined` when no port speaks HTTP.
 */
export function chooseDoor({ doors, offers, declaredPort, probePorts, adminPort }: DoorChoice): ChosenDoor | undefined {
  for (const offer of offers) {
    const door = doors.find(({ port }) => port === offer.port)
    if (door !== undefined) return { door, offer }
  }
  const door =
    doors.find(({ port }) => port === declaredPort) ??
    doors.find(({ port }) => !probePorts.includes(port) && port !== adminPort) ??
    doors.find(({ port }) => port !== adminPort) ??
    doors[0]
  return door === undefined ? undefined : { door }
}
