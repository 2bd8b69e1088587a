// A pool of PostgreSQL, and LISTEN. Needs a server: POSTGRES_URL.
import { Client, Pool } from 'pg'
import { createService } from 'seaworthy'
import { pgListener, postgres } from 'seaworthy/postgres'
import { z } from 'zod'

const service = createService({
  name: 'orders',
  admin: { port: 0 },
  config: {
    schema: z.object({ database: z.object({ url: z.string() }) }),
    defaults: { database: { url: process.env['POSTGRES_URL'] ?? '' } },
  },
})
const workedOff = Promise.withResolvers<number | null>()

async function workOff(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query('DELETE FROM orders')
  if (rowCount !== 0) workedOff.resolve(rowCount)
}

// #region postgres
const db = service.resource(
  'database',
  postgres((config) => new Pool({ connectionString: config.database.url, max: 10 })),
)

service.consumer(
  'orders',
  pgListener({
    needs: { db },
    client: ({ config }) => new Client(config.database.url),
    channels: ['orders'],
    handle: async (_notification, { db }) => await workOff(db),
    catchUp: async ({ db }) => await workOff(db), // what was sent while nobody listened
  }),
)
// #endregion postgres

const outside = new Client(process.env['POSTGRES_URL'])
await outside.connect()
await outside.query('CREATE TABLE IF NOT EXISTS orders (id int)')
await service.start()
await outside.query('INSERT INTO orders VALUES (1)')
await outside.query('NOTIFY orders')
await workedOff.promise
await outside.end()
if (!(await service.stop()).clean) throw new Error('not clean')
