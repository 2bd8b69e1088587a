// Loads for 800 ms before it listens, and for 2 s where the file FIRST is not there as yet. A signal meanwhile ends it: "well"; kills it, for want of a handler: "unhandled"; is
// passed over: "starts-on"; or kills it and leaves a child: "leaves-child".
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const how = process.argv[2]
const { FIRST, PORT } = process.env
const isFirst = FIRST !== undefined && !existsSync(FIRST)
if (isFirst) writeFileSync(FIRST, '')
let isLoaded = false
if (how === 'leaves-child') spawn('sleep', ['30'], { stdio: 'ignore' })
if (how === 'well') process.on('SIGTERM', () => process.exit(0))
if (how === 'starts-on') process.on('SIGTERM', () => isLoaded && process.exit(0))
const server = createServer((_, response) => response.end('ok'))
setTimeout(
  () => {
    isLoaded = true
    server.listen(Number(PORT))
  },
  isFirst ? 2000 : 800,
)
