// Bare Node, HTTP/2 without TLS.
import { createServer } from 'node:http2'
import { handler, HOST, PORT } from './work.ts'

const server = createServer(handler).listen(PORT, HOST)
process.once('SIGTERM', () => server.close(() => process.exit(0)))
