// Shows the colour of its configuration file, and reads it again at SIGHUP: "well"; "dies" of bad JSON; "swallows" what is
// wrong and says nothing; "takes-anything"; "never" reads it again; "restarts" its listener for it; "keeps-files" open;
// "drops" what comes less than 200 ms after another one.
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [, , file, how] = process.argv
let colour = JSON.parse(readFileSync(file, 'utf8')).colour
let askedAt = -Infinity
const server = createServer((request, response) => response.end(`the colour is ${colour}`))

function reload() {
  const isSoon = performance.now() - askedAt < 200
  askedAt = performance.now()
  if (how === 'drops' && isSoon) return
  if (how === 'keeps-files') openSync(file, 'r')
  const found = JSON.parse(readFileSync(file, 'utf8')).colour
  if (typeof found !== 'string' && how !== 'takes-anything') throw new Error('colour: expected a text')
  colour = found
  if (how === 'restarts') {
    server.closeAllConnections()
    server.close(() => setTimeout(() => server.listen(Number(process.env.PORT)), 200))
  }
}

process.on('SIGHUP', () => {
  if (how === 'never') return
  if (how === 'dies') return reload()
  try {
    reload()
  } catch (error) {
    if (how !== 'swallows') console.error(`configuration rejected: ${error.message}`)
  }
})
server.listen(Number(process.env.PORT))
process.on('SIGTERM', () => process.exit(0))
