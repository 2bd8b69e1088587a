// The same with Seaworthy: its telemetry first, the same instrumentations on top.
import { createTelemetry } from 'seaworthy'
import { instrumentations, ofStock, seeModules } from './of-stock.mjs'

const own = (process.env['DIFFERENTIAL_OWN'] ?? '').split(',')
const instrument = {
  http: own.includes('http'),
  databases: own.includes('databases'),
  runtime: own.includes('runtime'),
}
const telemetry = createTelemetry({ serviceName: 'differential', env: process.env, instrument })
await telemetry.start()
await seeModules()
const { registerInstrumentations } = ofStock('@opentelemetry/instrumentation')
registerInstrumentations({ instrumentations: instrumentations() })
process.once('beforeExit', () => void telemetry.shutdown())
