// A pool of MySQL or MariaDB. Needs a server: MYSQL_URL.
import { createPool, type ResultSetHeader } from 'mysql2/promise'
import { createService } from 'seaworthy'
import { mysql } from 'seaworthy/mysql2'
import { z } from 'zod'

const service = createService({
  name: 'orders',
  admin: { port: 0 },
  config: {
    schema: z.object({ database: z.object({ url: z.string() }) }),
    defaults: { database: { url: process.env['MYSQL_URL'] ?? '' } },
  },
})

// #region mysql2
const db = service.resource(
  'database',
  mysql((config) => createPool({ uri: config.database.url, connectionLimit: 10, connectTimeout: 3_000 })),
)
// #endregion mysql2

let answer: ResultSetHeader | undefined
service.resource('tables', {
  needs: { db },
  start: async ({ db }) => {
    await db.query('CREATE DATABASE IF NOT EXISTS shop')
    ;[answer] = await db.query<ResultSetHeader>('CREATE OR REPLACE TABLE shop.orders (id int)')
  },
})
await service.start()
if (answer === undefined) throw new Error('nothing was asked')
if (!(await service.stop()).clean) throw new Error('not clean')
