/** As https://opentelemetry.io/docs/languages/js/getting-started/nodejs/ and the README of sdk-node have it. */
import { generate, requireFromRoot } from './generator.ts'

interface NodeSdk {
  start(): void
  shutdown(): Promise<void>
}
const { NodeSDK } = requireFromRoot('@opentelemetry/sdk-node') as { readonly NodeSDK: new (options: object) => NodeSdk }

const sdk = new NodeSDK({ instrumentations: [] })
sdk.start()
process.once('SIGTERM', () => {
  sdk
    .shutdown()
    .catch((error: unknown) => console.error(error))
    .finally(() => process.exit(0))
})
generate()
// Keeps an idle one alive until it is told to stop, as a server would.
setInterval(() => {}, 60_000)
