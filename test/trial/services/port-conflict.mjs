// When its port is taken it "ends" with an error; ends as if all were "fine"; "stays" without one, and stops in order;
// "moves" to another one; or "retries" three times before it ends.
import { createServer } from 'node:http'

const how = process.argv[2]
const server = createServer((_, response) => response.end('ok'))
const listen = (port = Number(process.env.PORT)) => server.listen(port)
let count = 0
server.on('error', (error) => {
  console.error(String(error))
  if (how === 'fine') process.exit(0)
  else if (how === 'stays') setInterval(() => {}, 1000)
  else if (how === 'moves') listen(0)
  else if (how === 'retries' && count++ < 3) setTimeout(listen, 300)
  else process.exit(1)
})
process.on('SIGTERM', () => process.exit(0))
listen()
