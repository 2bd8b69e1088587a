import { createService } from 'seaworthy'
import { sqlite } from 'seaworthy/sqlite'
import { buildApp } from './app.ts'
import { ordersConfig } from './config.ts'
import { OrderStore } from './order-store.ts'
import { relayOutbox } from './outbox.ts'
import { PaymentsClient } from './payments-client.ts'
import { SCHEMA } from './schema.ts'

const service = createService({
  name: 'orders',
  version: '1.0.0',
  config: {
    schema: ordersConfig,
    files: [{ path: new URL('../config/orders.yaml', import.meta.url).pathname, optional: true }],
    reload: true,
  },
  settings: ({ log }) => ({ logLevel: log.level }),
})

const db = service.resource(
  'database',
  sqlite((config) => config.database.path, { schema: SCHEMA }),
)

const payments = service.resource('payments', {
  critical: false, // without payments the shop still shows its products and orders
  start: ({ config }) => new PaymentsClient(config.payments),
  check: (client, context) => client.reachable(context),
  stop: (client) => client.close(),
})

service.listener('api', {
  needs: { db, payments },
  port: (config) => config.http.port,
  start: ({ db, payments, log }) => buildApp({ store: new OrderStore(db), payments, log }),
})

service.task('outbox', {
  needs: { db, payments },
  restart: 'permanent', // it goes on for ever: should it ever end, something is wrong with it
  run: ({ db, payments, log, signal }) =>
    // Asked for at each look, and not once at the start: what is changed counts without a restart.
    relayOutbox({ store: new OrderStore(db), payments, settings: () => service.config.outbox, log, signal }),
})

await service.run()
