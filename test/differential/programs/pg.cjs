// PostgreSQL by pg: a pool and a client, parameters, a prepared statement, an error, a transaction.
const pg = require('pg')
const { trace } = require('@opentelemetry/api')

void work()

async function work() {
  const pool = new pg.Pool({ connectionString: process.env['DIFFERENTIAL_URL'], max: 1 })
  await trace.getTracer('program').startActiveSpan('orders', async (span) => {
    await pool.query('CREATE TEMPORARY TABLE orders (id int PRIMARY KEY, text text)')
    await pool.query('INSERT INTO orders VALUES ($1, $2)', [1, 'secret'])
    await pool.query({ name: 'by-id', text: 'SELECT * FROM orders WHERE id = $1', values: [1] })
    await pool.query("SELECT * FROM orders WHERE text = 'literal'")
    await pool.query('SELECT * FROM nowhere').catch(() => {})
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query('INSERT INTO orders VALUES (1)').catch(() => {})
    await client.query('ROLLBACK')
    client.release()
    await new Promise((resolve) => pool.query('SELECT 1', resolve))
    span.end()
  })
  await pool.query('SELECT 2')
  await pool.end()
}
