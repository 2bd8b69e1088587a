// Resources, listeners and tasks with typed needs.
import { createService } from 'seaworthy'
import { sqlite } from 'seaworthy/sqlite'
import { z } from 'zod'

const service = createService({
  name: 'guestbook',
  // #region config
  config: {
    schema: z.object({
      http: z.object({ port: z.number().default(8080) }).prefault({}),
      database: z.object({ path: z.string() }),
    }),
    defaults: { database: { path: ':memory:' } },
    overrides: { http: { port: 0 } }, // for this example: any free port
  },
  // #endregion config
  admin: { port: 0 },
  shutdown: { drainDelay: 0 }, // nobody balances here
})

// #region components
const db = service.resource(
  'database',
  sqlite((config) => config.database.path, { schema: 'CREATE TABLE IF NOT EXISTS guests (name TEXT NOT NULL) STRICT' }),
)

const web = service.listener('web', {
  needs: { db },
  port: (config) => config.http.port,
  start:
    ({ db }) =>
    (request, response) => {
      if (request.method === 'POST') db.run('INSERT INTO guests (name) VALUES (?)', 'a guest')
      response.end(JSON.stringify(db.all('SELECT name FROM guests')))
    },
})

service.task('census', {
  needs: { db },
  async run({ db, log, signal }) {
    while (!signal.aborted) {
      log.info(db.get('SELECT count(*) AS guests FROM guests') ?? {}, 'census')
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 60_000)
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve(undefined)), { once: true })
      })
    }
  },
})
// #endregion components

await service.start()
const address = service.address(web)
await fetch(`${address?.url}/`, { method: 'POST' })
const report = await service.stop()
if (!report.clean) throw new Error('not clean')
