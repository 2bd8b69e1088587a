// Defect: keeps the context of the request in a variable that all requests share.
import { type Context, propagation, ROOT_CONTEXT } from '@opentelemetry/api'
import { setTimeout as pause } from 'node:timers/promises'
import { sail } from './base.ts'
import { answerFromStock, WITH_STOCK } from './stock-client.ts'
import { stockSdk } from './stock-sdk.ts'

let current: Context = ROOT_CONTEXT
await sail({
  ...WITH_STOCK,
  async handle(request, response, ship) {
    await pause(5)
    await answerFromStock(request, response, ship)
  },
  telemetry: () =>
    stockSdk({
      incoming: ({ headers }) => (current = propagation.extract(ROOT_CONTEXT, headers)),
      outgoing: () => current,
    }),
})
