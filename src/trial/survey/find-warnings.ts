import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import type { DependencyFact, Route } from '../facts.ts'
import type { Ship } from '../ship/ship.ts'
import { ask, type Door } from './ask.ts'
import { findConnections } from './find-connections.ts'
import type { Doors } from './find-doors.ts'
import { authorityOf } from '../../load/authority-of.ts'

export interface WarningSearch {
  readonly clock: Clock
  readonly ship: Ship
  readonly doors: Doors
  readonly door: Door
  readonly routes: readonly Route[]
  /** Nothing but a probe answered with success. */
  readonly usesProbe: boolean
}

const REQUESTS = 20
/** As long as an export takes to come, with a little patience. */
const EXPORTS_MS = 1500

/**
 * Sends some requests, and notes what a user should know: what the service is connected to meanwhile, and where it can't be
 * reached. @returns the warnings, of connections that are not among the dependencies
 */
export async function findWarnings({
  clock,
  ship,
  doors,
  door,
  routes,
  usesProbe,
}: WarningSearch): Promise<(dependencies: readonly DependencyFact[]) => string[]> {
  const pids = [...new Set([ship.pid, ...ship.history.soFar('process-seen').map(({ pid }) => pid)])]
  const listeningPorts = doors.listeners.map(({ port }) => port)
  const remotes = new Map<string, { readonly host: string; readonly port: number }>()
  for (let index = 0; index < REQUESTS; index++) {
    const route = routes[index % routes.length]
    if (route === undefined) break
    const traceId = (index + 1).toString(16).padStart(32, '5')
    const headers = { ...route.headers, traceparent: `00-${traceId}-5ea0000000000001-01` }
    const { method, path, body } = route
    await ask(clock, door, { method, path, headers, ...(body === undefined ? {} : { body }) })
    if (index % 5 > 0) continue
    for (const remote of await findConnections({ pids, listeningPorts }))
      remotes.set(`${remote.host}:${remote.port}`, remote)
  }
  await sleep(clock, EXPORTS_MS)
  const local = localOnly(doors, door)
  return (dependencies) => [
    ...local,
    ...(usesProbe
      ? [`Nothing but its probe ${routes[0]?.path} answered with success: load goes there; say more with --url`]
      : []),
    ...[...remotes.values()]
      .filter((remote) => !dependencies.some(({ port }) => port === remote.port))
      .map(
        ({ host, port }) =>
          `The service connects to ${authorityOf(host, port)}; declare it with --dep, by the variable that holds its address, to try it without`,
      ),
  ]
}

function localOnly({ listeners }: Doors, { port }: Door): string[] {
  const hosts = listeners.filter((each) => each.port === port).map(({ host }) => host)
  if (hosts.length > 0 && hosts.every((host) => host.startsWith('127.') || host === '::1'))
    return [
      `The service listens on ${hosts.join(', ')} only: in a container nobody outside can reach it; let it listen on 0.0.0.0 or ::`,
    ]
  if (hosts.length > 0 && hosts.every((host) => host.includes(':') && host !== '::'))
    return [`The service listens on IPv6 only (${hosts.join(', ')})`]
  return []
}
