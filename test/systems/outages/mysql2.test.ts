import mysqlCallbacks from 'mysql2'
import mysqlPromises from 'mysql2/promise'
import { mysql } from 'seaworthy/mysql2'
import { startMariadb } from '../servers/mariadb.ts'
import { testOutages } from './test-outages.ts'

const MAX = 4

const QUERY = { sql: 'SELECT 1', timeout: 500 }

function optionsAt(port: number): mysqlCallbacks.PoolOptions {
  return { host: '127.0.0.1', port, user: 'root', connectionLimit: MAX, connectTimeout: 1_000 }
}

testOutages<mysqlPromises.Pool>({
  name: 'MariaDB, by promises',
  start: startMariadb,
  resource: (port) => mysql(() => mysqlPromises.createPool(optionsAt(port))),
  call: (pool) => pool.query(QUERY),
  connections: MAX,
})

testOutages<mysqlCallbacks.Pool>({
  name: 'MariaDB, by callbacks',
  start: startMariadb,
  resource: (port) => mysql(() => mysqlCallbacks.createPool(optionsAt(port))),
  call: (pool) =>
    new Promise((resolve, reject) => {
      pool.query(QUERY, (error, rows) => (error ? reject(error) : resolve(rows)))
    }),
  connections: MAX,
})
