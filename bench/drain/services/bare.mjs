// A server without a thought of its end: no handler of SIGTERM. So it is, and as it is with `seaworthy/register`.
import { createServer } from 'node:http'
import { handler, HOST, PORT, withWebSockets } from './work.ts'

withWebSockets(createServer(handler)).listen(PORT, HOST)
