// https://www.npmjs.com/package/http-terminator, "Usage"
import { createServer } from 'node:http'
import { createHttpTerminator } from 'http-terminator'
import { handler, HOST, PORT, withWebSockets } from './work.ts'

const server = withWebSockets(createServer(handler)).listen(PORT, HOST)
// Its page says that 5 s are the default; in the code it is one, which would be shorter than the slow requests here.
const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: 5000 })
process.once('SIGTERM', () => void terminator.terminate().then(() => process.exit(0)))
