import { quietPort } from '../../process/quiet-port.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
import { EXPORTING_SOON } from '../ship/often-exporting.ts'
import { defineVoyage } from '../voyage.ts'

const SERVICE_NAME = 'seaworthy-trial-renamed'
const LEVELS = ['debug', 'error'] as const
const LOAD_MS = 1000
const QUIET = { quietMs: 600, timeoutMs: 2000 } as const

export default defineVoyage({
  id: 'environment',
  title: 'another environment',
  description:
    'Two starts with another port, another OTEL_SERVICE_NAME, and LOG_LEVEL debug and error; the same short load in both. A service that was not seen to obey a variable for its port is told by PORT.',
  seconds: { quick: 0, default: 3 },
  lives: ({ standsBeside }) => (standsBeside === true ? { starts: 1, stops: 1 } : { starts: 2, stops: 2 }),
  sailsInCompany: true,
  async sail(bridge) {
    const { facts } = bridge
    const portVariable = facts.portVariable ?? 'PORT'
    await sideBySide(LEVELS, bridge, async (logLevel) => {
      bridge.say(`LOG_LEVEL=${logLevel}`)
      const askedPort = await quietPort(facts.host)
      await using ship = await bridge.launch({
        label: `LOG_LEVEL=${logLevel}`,
        settings: { askedPort, portVariable, serviceName: SERVICE_NAME, logLevel },
        env: {
          ...EXPORTING_SOON,
          [portVariable]: (facts.portTemplate ?? '{port}').replace('{port}', String(askedPort)),
          OTEL_SERVICE_NAME: SERVICE_NAME,
          LOG_LEVEL: logLevel,
        },
        ...(facts.portVariable === undefined ? {} : { port: askedPort }),
      })
      const load = ship.load.newConnections({ perSecond: 20 })
      await ship.pause(LOAD_MS)
      await load.stop()
      await ship.whenTelemetryIsQuiet(QUIET)
      ship.signal(facts.stopSignal)
      await ship.waitForExit(facts.graceMs.value)
    })
  },
})
