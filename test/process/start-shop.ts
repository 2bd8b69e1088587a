import { launchLogged, type LoggedService, startLogged } from './logged-service.ts'

/** The service of `services/shop.ts`. */
export type RunningShop = LoggedService

/** Starts the shop and waits until it is ready. Without telemetry, unless `env` says otherwise. */
export function startShop(env: Readonly<Record<string, string>> = {}): Promise<RunningShop> {
  return startLogged('shop', env)
}

/** Starts the shop and does not wait. */
export function launchShop(env: Readonly<Record<string, string>> = {}): RunningShop {
  return launchLogged('shop', env)
}
