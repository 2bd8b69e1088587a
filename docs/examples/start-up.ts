// What is not there yet when a service starts: it is waited for, or done without until it comes.
import { setTimeout as wait } from 'node:timers/promises'
import { createService } from 'seaworthy'

/** Stands for the servers: the database comes at the third attempt, the cache when the service has long been ready. */
const database = { attempts: 0 }
const cacheServer = { isUp: false }
const refused = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
const connectDatabase = async (_options: { signal: AbortSignal }) => {
  if (++database.attempts < 3) throw refused()
  return { query: async (sql: string) => `rows of ${sql}`, end: async () => {} }
}
const connectCache = async (_options: { signal: AbortSignal }) => {
  if (!cacheServer.isUp) throw refused()
  return { get: async (key: string) => `cached ${key}`, quit: async () => {} }
}

const service = createService({
  name: 'shop',
  admin: { port: 0 },
  logging: { level: 'error' },
  shutdown: { drainDelay: 0 }, // nobody balances here
})

// #region required
const db = service.resource('database', {
  startTimeout: '45s', // all attempts together, within the 60 s of the whole start
  start: ({ signal }) => connectDatabase({ signal }),
  stop: (pool) => pool.end(),
})
// #endregion required

// #region degraded
const cache = service.resource('cache', {
  startup: { policy: 'degraded' },
  startTimeout: '100ms', // how long the start waits for it before it goes on without
  start: ({ signal }) => connectCache({ signal }),
  stop: (client) => client.quit(),
})

const web = service.listener('web', {
  needs: { db, cache },
  start:
    ({ db, cache }) =>
    async (_request, response) => {
      response.end((await cache.value?.get('guests')) ?? (await db.query('SELECT name FROM guests')))
    },
})

service.task('warm-up', {
  needs: { cache },
  async run({ cache, log }) {
    const client = await cache.ready // rejects when the service ends before
    log.info(await client.get('guests'))
  },
})
// #endregion degraded

await service.start()
const url = service.address(web)?.url ?? ''
const first = await (await fetch(url)).text()
cacheServer.isUp = true
while ((await (await fetch(url)).text()) === first) await wait(20)
const report = await service.stop()
if (first !== 'rows of SELECT name FROM guests') throw new Error(`expected rows, got ${first}`)
if (!report.clean) throw new Error('not clean')
