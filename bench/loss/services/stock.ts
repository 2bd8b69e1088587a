/** As https://opentelemetry.io/docs/languages/js/getting-started/nodejs/ and the README of sdk-node have it. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { countingHandler, generate, isServer, requireFromRoot, sayPort } from './generator.ts'

interface NodeSdk {
  start(): void
  shutdown(): Promise<void>
}
const { NodeSDK } = requireFromRoot('@opentelemetry/sdk-node') as { readonly NodeSDK: new (options: object) => NodeSdk }

const sdk = new NodeSDK({ instrumentations: [] })
sdk.start()
let server: Server | undefined
process.once('SIGTERM', () => {
  // What is under way is answered first, else its spans could not be delivered.
  const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
  closed
    .then(() => sdk.shutdown())
    .catch((error: unknown) => console.error(error))
    .finally(() => process.exit(0))
})
if (isServer) {
  server = createServer(countingHandler()).listen(0, '127.0.0.1', function listening(this: Server) {
    sayPort((this.address() as AddressInfo).port)
  })
} else {
  generate()
}
// Keeps an idle one alive until it is told to stop, as a server would.
setInterval(() => {}, 60_000)
