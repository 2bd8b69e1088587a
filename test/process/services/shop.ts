// A service with everything that can go wrong, each by a variable. It writes what its components do to standard error.
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'
import { z } from 'zod'

const { FILES_STOP, DB_START, DB_STOP, TASK, TROUBLE, PORT = '0', START_TIMEOUT = '10s', DRAIN = '100ms' } = process.env
const SLOW_MS = 200

function does(component: string, what: string, way: string | undefined): unknown {
  console.error(`${component} ${what}`)
  if (way === 'slow') return wait(SLOW_MS).then(() => console.error(`${component} ${what} done`))
  if (way === 'hangs') return new Promise(() => {})
  if (way === 'throws') throw new Error(`${component} cannot ${what}`)
  if (way === 'crashes' || way === 'crashes late') {
    setImmediate(() => {
      throw new Error(`${component} crashed at ${what}`)
    })
  }
  if (way === 'crashes') return wait(SLOW_MS)
  return undefined
}

const service = createService({
  name: 'shop',
  config: { schema: z.object({ discountRatio: z.number().max(1).default(0) }) },
  admin: { host: '127.0.0.1' },
  startTimeout: START_TIMEOUT,
  shutdown: { drainDelay: DRAIN, inFlight: '600ms', stop: '600ms', flush: '1s', margin: '300ms', crash: '1s' },
})

const files = service.resource('files', {
  start: () => does('files', 'start', undefined),
  stop: () => does('files', 'stop', FILES_STOP),
})
const db = service.resource('db', {
  needs: { files },
  start: () => does('db', 'start', DB_START),
  stop: () => does('db', 'stop', DB_STOP),
})
service.listener('api', {
  needs: { db },
  host: '127.0.0.1',
  port: Number(PORT),
  start() {
    const server = createServer((request, response) => {
      const waitMs = Number(new URL(request.url ?? '', 'http://shop').searchParams.get('waitMs') ?? 0)
      console.error(`request ${request.url}`)
      void wait(waitMs).then(() => response.end(`answered after ${waitMs}`))
    })
    if (TROUBLE === 'listener') process.on('SIGUSR2', () => server.emit('error', new Error('the listener broke')))
    return server
  },
})
service.task('outbox', {
  needs: { db },
  maxRestarts: 0,
  async run({ signal }) {
    let isBroken = TASK === 'rejects'
    if (TROUBLE === 'task') process.on('SIGUSR2', () => (isBroken = true))
    while (!signal.aborted) {
      if (isBroken) throw new Error('the relay broke')
      await wait(20, undefined, { signal }).catch(() => {})
    }
    await does('outbox', 'end', TASK)
  },
})

if (TROUBLE === 'exception') {
  process.on('SIGUSR2', () => {
    throw new Error('nobody caught this')
  })
}
if (TROUBLE === 'rejection') process.on('SIGUSR2', () => void Promise.reject(new Error('nobody handled this')))

const running = service.run()
if (TROUBLE === 'at once') process.kill(process.pid, 'SIGTERM')
await running
