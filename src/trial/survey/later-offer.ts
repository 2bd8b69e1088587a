import { quietPort } from '../../process/quiet-port.ts'
import { LATER, type PortOffer } from './port-variables.ts'
import { ownAdminPort, type SecondCopy } from './second-copy.ts'

/**
 * Starts a copy beside the first for each variable that is not offered to every service. @returns the offer that such a copy
 * obeyed; `undefined` when none did
 */
export async function findLaterOffer({
  bridge,
  ship,
  adminPort,
  untilMs,
}: Omit<SecondCopy, 'offer'>): Promise<PortOffer | undefined> {
  for (const variable of LATER) {
    bridge.say(`Looks whether it takes its port from ${variable}`)
    const port = await quietPort(ship.host)
    const env = { [variable]: String(port), ...(await ownAdminPort(adminPort, ship)) }
    await using copy = await bridge.launch({ label: `a copy with ${variable}`, until: 'listening', untilMs, port, env })
    const obeyed = copy.history.soFar('listening').some((each) => each.port === port)
    copy.signal('SIGKILL')
    await copy.end()
    if (obeyed) return { variable, template: '{port}', port }
  }
  return undefined
}
