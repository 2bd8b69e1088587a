import { quietPort } from '../../process/quiet-port.ts'
import { conflictLimitMs } from '../history/views/port-conflict.ts'
import { awaitStop } from '../manoeuvres/await-stop.ts'
import { takePort } from '../ship/take-port.ts'
import { defineVoyage } from '../voyage.ts'

/** A little more than the judge allows, to see that it was too long. */
const MORE_MS = 500

export default defineVoyage({
  id: 'port-conflict',
  title: 'port conflict',
  description:
    'Somebody else listens on the port that the service is told. It is watched until it ends, or has had time enough; then it gets its stop signal.',
  seconds: { quick: 0, default: 1 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  async sail(bridge) {
    const { facts, signal, say } = bridge
    const port = facts.portVariable === undefined ? facts.port.value : await quietPort(facts.host)
    await using taken = await takePort(port, facts.machine)
    say(`port ${port} is taken`)
    const settings = { takenPort: port, takenOn: taken.addresses.join(' ') }
    await using ship = await bridge.launch({ label: 'port taken', settings, port, until: 'spawned' })
    if (await ship.waitForExit(conflictLimitMs(facts) + MORE_MS)) return
    if (!signal.aborted && ship.signal(facts.stopSignal)) await awaitStop(ship, bridge)
  },
})
