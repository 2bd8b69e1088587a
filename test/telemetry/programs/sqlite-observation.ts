// Runs statements of node:sqlite below a span, directly and by the adapter's way, and prints what was seen of them.
import { trace } from '@opentelemetry/api'
import { subscribe } from 'node:diagnostics_channel'
import { DatabaseSync } from 'node:sqlite'
import { createReceiver } from '../../../src/receiver/receiver.ts'
import { DatabaseSpans } from '../../../src/telemetry/database/database-span.ts'
import { createTelemetry } from '../../../src/telemetry/telemetry.ts'

const receiver = createReceiver()
const { endpoint } = await receiver.start()
const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SEAWORTHY_SPOOL_DIR: 'off' }
const telemetry = createTelemetry({ serviceName: 'sqlite', env, instrument: { http: false, runtime: false } })
await telemetry.start()

let published = 0
subscribe('sqlite.db.query', () => published++)
const database = new DatabaseSync(':memory:')
database.exec('CREATE TABLE orders (id INTEGER, customer TEXT)')
trace.getTracer('program').startActiveSpan('request', (span) => {
  database.prepare('INSERT INTO orders VALUES (?, ?)').run(7, `it's canary`)
  database.exec(`BEGIN; UPDATE orders SET customer = 'canary'; COMMIT`)
  database.prepare('SELECT * FROM orders WHERE customer = ? AND id > 1e3').all(Buffer.from('canary'))
  new DatabaseSpans({ system: 'sqlite', namespace: 'by adapter' }).run('SELECT 1', () => {
    database.prepare('SELECT 1').get()
  })
  const numbers =
    'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500000) SELECT count(*) FROM n'
  database.prepare(numbers).get()
  span.end()
})
database.close()
await telemetry.flush(5000)

const spans = receiver.store.spans()
const request = spans.find(({ name }) => name === 'request')
const seen = spans
  .filter(({ parentSpanId }) => parentSpanId === request?.spanId)
  .map(({ name, kind, attributes, startTimeUnixNano, endTimeUnixNano }) => ({
    name,
    kind,
    attributes,
    durationMs: Number(endTimeUnixNano - startTimeUnixNano) / 1e6,
  }))
const [measured] = receiver.store.metrics({ name: 'db.client.operation.duration' })
telemetry.uninstall()
await receiver.stop()
console.log(
  JSON.stringify({
    major: Number.parseInt(process.versions.node),
    published,
    seen,
    isMeasured: measured !== undefined,
  }),
)
