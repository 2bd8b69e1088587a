// Asks a dependency over HTTP for each request of "/", and never for "/alone" or "/livez": "well", with a time limit;
// "keeps-dead" connections in a pool of four when the time is over; "waits" without a limit; "waits-long", for 12 s; "cuts"
// its client off instead of an answer; "gates" all that it is asked through four places; "uses-nothing" of it.
import { Agent, createServer, get } from 'node:http'

const how = process.argv[2]
const LIMIT_MS = { waits: 0, 'waits-long': 12_000 }[how] ?? 1000
const agent = new Agent({ keepAlive: true, ...(how === 'keeps-dead' && { maxSockets: 4 }) })

function ask(headers) {
  return new Promise((resolve) => {
    const request = get(process.env.DEP_URL, { agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(200))
      answer.on('error', () => resolve(503))
    })
    request.on('error', () => resolve(503))
    if (LIMIT_MS === 0) return
    const giveUp = () => {
      if (how !== 'keeps-dead') request.destroy()
      resolve(503)
    }
    setTimeout(giveUp, LIMIT_MS)
  })
}

let places = how === 'gates' ? 4 : Infinity
const queue = []
async function inPlace(work) {
  if (places === 0) await new Promise((resolve) => queue.push(resolve))
  else places--
  try {
    return await work()
  } finally {
    const next = queue.shift()
    if (next === undefined) places++
    else next()
  }
}

const server = createServer(async (request, response) => {
  const { traceparent } = request.headers
  const isAlone = how === 'uses-nothing' || /^\/(?:alone|livez|readyz)/.test(request.url)
  response.statusCode = await inPlace(() => (isAlone ? 200 : ask(traceparent === undefined ? {} : { traceparent })))
  if (how === 'cuts' && response.statusCode !== 200) request.socket.destroy()
  else response.end()
})
// Whatever it does, it has once asked.
server.listen(Number(process.env.PORT), () => ask({}))
process.on('SIGTERM', () => process.exit(0))
