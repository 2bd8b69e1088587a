// https://www.npmjs.com/package/close-with-grace, "Usage", its delay (a time limit) at the default of 10 s
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { handler, HOST, PORT } from './work.ts'

const server = createServer(handler).listen(PORT, HOST)
const closeServer = promisify((done) => server.close(done))
closeWithGrace(() => closeServer())
