// Defect: Fastify as most examples stop it: `app.close()` in the moment of the signal.
import { readPort } from './read-port.ts'
import { shop } from './fastify-shop.ts'

const application = shop(() => {})
process.once('SIGTERM', () => void application.close().then(() => process.exit(0)))
await application.listen({ port: readPort(), host: '0.0.0.0' })
