// The orders service as one would write it without any runtime: no telemetry, no probes, no drain.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { SqliteDatabase } from 'seaworthy/sqlite'
import { buildApp } from '../../examples/orders/orders/app.ts'
import { ordersConfig } from '../../examples/orders/orders/config.ts'
import { OrderStore } from '../../examples/orders/orders/order-store.ts'
import { relayOutbox } from '../../examples/orders/orders/outbox.ts'
import { PaymentsClient } from '../../examples/orders/orders/payments-client.ts'
import { SCHEMA } from '../../examples/orders/orders/schema.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const config = ordersConfig.parse({
  payments: { url: process.env['PAYMENTS__URL'] },
  database: { path: process.env['DATABASE__PATH'] },
})
const native = new DatabaseSync(config.database.path)
native.exec(`PRAGMA journal_mode = WAL; ${SCHEMA}`)
const db = {
  all: (sql: string, ...values: SQLInputValue[]) => native.prepare(sql).all(...values),
  get: (sql: string, ...values: SQLInputValue[]) => native.prepare(sql).get(...values),
  run: (sql: string, ...values: SQLInputValue[]) => native.prepare(sql).run(...values),
  transaction<T>(work: () => T): T {
    native.exec('BEGIN IMMEDIATE')
    const value = work()
    native.exec('COMMIT')
    return value
  },
} as unknown as SqliteDatabase
const store = new OrderStore(db)
const payments = new PaymentsClient(config.payments)
const app = buildApp({ store, payments, log })
await app.listen({ port: Number(process.env['HTTP__PORT']), host: '0.0.0.0' })
await relayOutbox({ store, payments, settings: () => config.outbox, log, signal: new AbortController().signal })
