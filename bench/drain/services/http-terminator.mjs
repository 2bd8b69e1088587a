// https://www.npmjs.com/package/http-terminator, "Usage"
import { createServer } from 'node:http'
import { createHttpTerminator } from 'http-terminator'
import { handler, HOST, PORT } from './work.ts'

const server = createServer(handler).listen(PORT, HOST)
const terminator = createHttpTerminator({ server })
process.once('SIGTERM', () => void terminator.terminate().then(() => process.exit(0)))
