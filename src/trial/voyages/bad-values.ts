import type { Facts } from '../facts.ts'
import { defineVoyage } from '../voyage.ts'

const VALUES = { quick: 1, default: 4, soak: 8 } as const
/** What the trial allows, with a little more to see that it was too long. */
const REFUSAL_MS = 5000
const START_RATIO = 2
const MORE_MS = 500
/** It listens: that it does is all there is to see. */
const LISTENED_MS = 300
const END_MS = 1000

export default defineVoyage({
  id: 'bad-values',
  title: 'bad values',
  description:
    'One start with "abc" for the port, and one for each bad value that was declared, up to four. It is watched until it ends, or listens, or has had time enough to refuse.',
  seconds: { quick: 1, default: 2 },
  lives: (facts, pace) => ({ starts: Math.min(badValuesOf(facts).length, VALUES[pace]), stops: 0 }),
  sailsInCompany: true,
  skipBecause: (facts) =>
    badValuesOf(facts).length === 0
      ? 'No variable is known that has bad values; declare one with --bad-value VARIABLE=value'
      : undefined,
  async sail(bridge) {
    const { facts, pace, signal } = bridge
    for (const { variable, value, why } of badValuesOf(facts).slice(0, VALUES[pace])) {
      bridge.say(`bad ${variable}`)
      await using ship = await bridge.launch({
        label: `bad ${variable}`,
        settings: { variable, why, ...(value === undefined ? {} : { value }) },
        until: 'spawned',
        env: { [variable]: value },
      })
      const limitMs = Math.max(REFUSAL_MS, START_RATIO * facts.normal.readyAfterMs) + MORE_MS
      const listened = ship.history.waitFor('listening', ({ what }) => what === 'opened', limitMs)
      const hasListened = ship.history.soFar('listening').length > 0
      if (!hasListened && !signal.aborted) await Promise.race([listened, ship.waitForExit(limitMs)])
      if (ship.isRunning) await ship.pause(LISTENED_MS)
      // In order where it can: some listen on a file called as the bad port, which would be in the way of the next start.
      if (ship.isRunning) ship.signal(facts.stopSignal)
      if (ship.isRunning && !(await ship.waitForExit(END_MS))) ship.signal('SIGKILL')
    }
  },
})

/** That of the port first: it is known of every service. */
function badValuesOf({ portVariable, portTemplate = '{port}', badValues }: Facts): Facts['badValues'] {
  if (portVariable === undefined) return badValues
  const port = { variable: portVariable, value: portTemplate.replace('{port}', 'abc'), why: 'no number' }
  return [port, ...badValues.filter(({ variable, value }) => variable !== port.variable || value !== port.value)]
}
