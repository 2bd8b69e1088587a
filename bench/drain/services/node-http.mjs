// Bare Node: what most services have.
import { createServer } from 'node:http'
import { handler, HOST, PORT, withWebSockets } from './work.ts'

const server = withWebSockets(createServer(handler)).listen(PORT, HOST)
process.once('SIGTERM', () => server.close(() => process.exit(0)))
