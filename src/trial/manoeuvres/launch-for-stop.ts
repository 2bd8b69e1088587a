import type { LifetimeSettings } from '../history/lifetime.ts'
import type { Bridge, LaunchOptions, Ship } from '../ship/ship.ts'

/** Starts the service for a stop: clients are as far away as was said, and the judges are told of it. */
export async function launchForStop(
  { facts, launch }: Bridge,
  { settings = {}, ...options }: LaunchOptions,
): Promise<Ship> {
  const known: LifetimeSettings = {
    wireDelayMs: facts.wireDelayMs.value,
    endpointLagMs: facts.endpointLagMs.value,
    ...settings,
  }
  const ship = await launch({ ...options, settings: known })
  ship.load.wireDelayMs = facts.wireDelayMs.value
  return ship
}
