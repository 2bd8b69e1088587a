// https://www.npmjs.com/package/stoppable, "Usage"
import { createServer } from 'node:http'
import stoppable from 'stoppable'
import { handler, HOST, PORT } from './work.ts'

const server = stoppable(createServer(handler))
server.listen(PORT, HOST)
process.once('SIGTERM', () => server.stop(() => process.exit(0)))
