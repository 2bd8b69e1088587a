import { createService } from 'seaworthy'
import { paymentsConfig } from './config.ts'
import { createHandler } from './handler.ts'
import { PaymentLedger } from './ledger.ts'

const service = createService({
  name: 'payments',
  version: '1.0.0',
  config: {
    schema: paymentsConfig,
    files: [{ path: new URL('../config/payments.yaml', import.meta.url).pathname, optional: true }],
  },
})

service.listener('api', {
  port: (config) => config.http.port,
  start: ({ config }) => createHandler(new PaymentLedger(config.authorisation)),
})

await service.run()
