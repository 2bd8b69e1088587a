// The payments service as one would write it without any runtime: no telemetry, no probes, no drain.
import { createServer } from 'node:http'
import { paymentsConfig } from '../../examples/orders/payments/config.ts'
import { createHandler } from '../../examples/orders/payments/handler.ts'
import { PaymentLedger } from '../../examples/orders/payments/ledger.ts'

const config = paymentsConfig.parse({})
const handle = createHandler(new PaymentLedger(config.authorisation))
createServer((request, response) => void handle(request, response)).listen(Number(process.env['HTTP__PORT']))
