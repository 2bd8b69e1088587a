// A service with two probes, a port from PORT, and a dependency when DEPENDENCY is set. Its argument is what is wrong with it.
import { mkdirSync } from 'node:fs'
import { createServer, get } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { connect } from 'node:net'

const [defect = 'none'] = process.argv.slice(2)
const is = (...defects) => defects.includes(defect)
const { PORT, START_MS = '0', LOG_LEVEL = 'info', DEPENDENCY, OTEL_EXPORTER_OTLP_ENDPOINT } = process.env

const port = is('hard-coded-port') ? 11_711 : is('bad-port-accepted') ? Number(PORT) || 11_712 : Number(PORT)
if (!is('bad-port-accepted', 'hard-coded-port') && !/^\d+$/.test(PORT ?? '')) {
  console.error(is('unnamed-refusal') ? 'cannot start' : `PORT is ${JSON.stringify(PORT)}, expected a number`)
  process.exit(is('exit-0') ? 0 : 2)
}
// A second one that finds the folder there does not start.
if (is('one-at-a-time')) mkdirSync(process.env.LOCK)
if (is('never-listens')) {
  console.log('sleeping')
  setInterval(() => {}, 1000)
} else if (is('ends-at-once')) {
  console.error('no such table: users')
  process.exit(3)
} else await start()

async function start() {
  let isStarted = false
  let isDependencyThere = DEPENDENCY === undefined
  let isEnding = false
  let inFlight = 0
  const isReady = () => isStarted && !isEnding && (isDependencyThere || is('ready-without-dependency'))

  const probe = async (path, response) => {
    const answer = (status) => {
      response.statusCode = status
      response.end(`${path}\n`)
    }
    if (path === '/livez') {
      if (is('liveness-needs-dependency') && !(await reach())) return answer(503)
      return answer(is('busy-is-dead') && inFlight > 5 ? 503 : 200)
    }
    if (is('ready-too-early')) return answer(200)
    if (is('check-in-probe')) await reach(2000)
    if (is('not-ready-when-it-is') && isStarted && process.uptime() % 2 > 1) return answer(503)
    return answer(isReady() ? 200 : 503)
  }

  const handle = (request, response) => {
    const path = request.url.split('?')[0]
    if (isEnding && request.httpVersionMajor === 1) response.setHeader('Connection', 'close')
    const paths = is('one-probe') ? ['/healthz'] : is('no-probes', 'answers-nothing') ? [] : ['/livez', '/readyz']
    if (!is('admin-port', 'h2c-admin-port') && paths.includes(path))
      return void probe(path === '/healthz' ? '/readyz' : path, response)
    const answer = (status) => {
      response.statusCode = status
      response.end('ok\n')
    }
    if (!isStarted || (!isDependencyThere && !is('degraded'))) return answer(500)
    if (LOG_LEVEL === 'debug') console.log(`request ${path}`)
    if (path === '/echo' && request.method === 'POST') {
      request.resume()
      return request.once('end', () => answer(200))
    }
    if (path !== '/' || request.method !== 'GET' || is('answers-nothing')) return answer(404)
    inFlight++
    setTimeout(
      () => {
        inFlight--
        answer(200)
      },
      is('busy-is-dead') ? 20 : 1,
    )
  }

  if (is('waits-for-collector') && !(await reachCollector())) process.exit(1)
  const server = is('h2c', 'h2c-admin-port') ? createHttp2Server(handle) : createServer(handle)
  const open = () => server.listen(port, is('loopback-only') ? '127.0.0.1' : '::')
  if (is('listens-late')) setTimeout(open, 1500)
  else open()
  server.on('error', (error) => {
    console.error(String(error))
    process.exit(1)
  })
  if (is('admin-port', 'h2c-admin-port'))
    createServer((request, response) => void probe(request.url, response)).listen(
      Number(process.env.SEAWORTHY_ADMIN_PORT),
    )
  setTimeout(() => (isStarted = true), Number(START_MS))

  if (DEPENDENCY !== undefined) {
    const look = async () => {
      isDependencyThere = is('never-recovers') && !isDependencyThere && process.uptime() > 1 ? false : await reach()
      if (!isDependencyThere && is('ends-without-dependency', 'ends-silently')) {
        console.error(is('ends-silently') ? 'bye' : `cannot reach DEPENDENCY ${DEPENDENCY}`)
        process.exit(1)
      }
      setTimeout(look, 200)
    }
    await look()
  }

  if (is('dies-after-freeze')) {
    let last = Date.now()
    setInterval(() => {
      if (Date.now() - last > 1000) process.exit(9)
      last = Date.now()
    }, 100)
  }
  process.on('SIGTERM', () => {
    isEnding = true
    setTimeout(() => {
      server.close(() => process.exit(0))
      server.closeIdleConnections?.()
      setTimeout(() => process.exit(0), 300).unref()
    }, 300)
  })
}

/** Whether the dependency takes connections, and says a byte. */
function reach(limitMs = 500) {
  const [host, at] = new URL(DEPENDENCY).host.split(':')
  return new Promise((resolve) => {
    const socket = connect(Number(at), host)
    const end = (isThere) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.setTimeout(limitMs, () => end(false))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

function reachCollector() {
  return new Promise((resolve) => {
    get(OTEL_EXPORTER_OTLP_ENDPOINT, (response) => {
      response.resume()
      resolve(true)
    })
      .once('error', () => resolve(false))
      .setTimeout(20_000, () => resolve(false))
  })
}
