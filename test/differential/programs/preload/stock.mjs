// As the getting-started page of OpenTelemetry for Node.js has it: `node --import ./instrumentation.mjs app.mjs`.
import { instrumentations, ofStock, seeModules } from './of-stock.mjs'

await seeModules()
const { NodeSDK } = ofStock('@opentelemetry/sdk-node')
const sdk = new NodeSDK({ instrumentations: instrumentations() })
sdk.start()
process.once('beforeExit', () => void sdk.shutdown())
