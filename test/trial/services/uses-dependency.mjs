// Asks a dependency over HTTP for each request, and behaves in an outage as it is told: "well", "lies" (always ready),
// "dies-with-it" (liveness follows), "storms" (retries at once, for ever), "gives-up" (never asks again), "exits".
import { Agent, createServer, get } from 'node:http'

const how = process.argv[2]
const agent = new Agent({ keepAlive: true, maxSockets: 50 })
let isWell = true
let hasGivenUp = false
let isStorming = false

function ask() {
  return new Promise((resolve) => {
    const request = get(process.env.DEP_URL, { agent, timeout: 500 }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode === 200))
      answer.on('error', () => resolve(false))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

async function storm() {
  if (isStorming) return
  isStorming = true
  while (!(await ask()));
  isStorming = false
}

async function check() {
  isWell = await ask()
  if (!isWell && how === 'storms') for (let count = 0; count < 20; count++) void storm()
  if (!isWell && how === 'gives-up') hasGivenUp = true
  if (!isWell && how === 'exits') process.exit(1)
  setTimeout(check, 300)
}

const server = createServer(async (request, response) => {
  const say = (isGood) => {
    response.statusCode = isGood ? 200 : 503
    response.end()
  }
  if (request.url === '/livez') return say(how === 'dies-with-it' ? isWell : true)
  if (request.url === '/readyz') return say(how === 'lies' ? true : isWell && !hasGivenUp)
  say(!hasGivenUp && (await ask()))
})
server.listen(Number(process.env.PORT), check)
process.on('SIGTERM', () => process.exit(0))
