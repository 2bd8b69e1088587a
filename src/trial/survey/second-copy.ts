import { quietPort } from '../../process/quiet-port.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { ADMIN_PORT_VARIABLE, type PortOffer } from './port-variables.ts'

export interface SecondCopy {
  readonly bridge: Pick<Bridge, 'launch' | 'say'>
  /** The first copy, which runs. */
  readonly ship: Ship
  /** The variable that it obeys; absent when there is none. */
  readonly offer: PortOffer | undefined
  /** What it was told for its admin port; absent when the user had told it. */
  readonly adminPort: number | undefined
  readonly untilMs: number
}

/** A copy that can't bear another one ends soon after it has begun to listen. */
const WATCHED_MS = 200

/**
 * Starts a second copy beside the first, on ports of its own. @returns whether both run: else there is a port that can't be
 * told, a lock, or a database that only one may open, and copies are started one after another.
 */
export async function standsBeside({ bridge, ship, offer, adminPort, untilMs }: SecondCopy): Promise<boolean> {
  const opened = ship.history.soFar('listening').map(({ port }) => port)
  if (offer === undefined || opened.some((port) => port !== offer.port && port !== adminPort)) return false
  bridge.say('Looks whether a second copy can run beside it')
  const port = await quietPort(ship.host)
  await using second = await bridge.launch({
    label: 'a second copy',
    until: 'listening',
    untilMs,
    port,
    env: {
      [offer.variable]: offer.template.replace('{port}', String(port)),
      ...(await ownAdminPort(adminPort, ship)),
    },
  })
  if (second.isRunning) await second.pause(WATCHED_MS)
  const areBoth = second.isRunning && ship.isRunning && second.history.soFar('listening').length > 0
  second.signal('SIGKILL')
  await second.end()
  return areBoth
}

/** Two on one machine would meet at the admin port of the first. */
export async function ownAdminPort(adminPort: number | undefined, { host }: Ship): Promise<Record<string, string>> {
  return adminPort === undefined ? {} : { [ADMIN_PORT_VARIABLE]: String(await quietPort(host)) }
}
