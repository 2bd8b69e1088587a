// https://www.npmjs.com/package/stoppable, "Usage"
import { createServer } from 'node:http'
import stoppable from 'stoppable'
import { handler, HOST, PORT, withWebSockets } from './work.ts'

const server = stoppable(withWebSockets(createServer(handler)))
server.listen(PORT, HOST)
process.once('SIGTERM', () => server.stop(() => process.exit(0)))
