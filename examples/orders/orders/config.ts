import { z } from 'zod'

export const ordersConfig = z.object({
  log: z.object({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
  http: z.object({ port: z.int().min(0).max(65_535).default(8080) }).prefault({}),
  database: z.object({ path: z.string().min(1).default('orders.db') }).prefault({}),
  payments: z.object({
    url: z.url({ protocol: /^https?$/ }),
    /** How long a customer waits for the bank before the order is refused, and may be tried again. */
    timeoutMs: z.int().min(1).max(60_000).default(2000),
  }),
  outbox: z
    .object({
      /** How often the outbox looks for new events. */
      intervalMs: z.int().min(10).max(60_000).default(500),
      batchSize: z.int().min(1).max(1000).default(50),
    })
    .prefault({}),
})

export type OrdersConfig = z.infer<typeof ordersConfig>
