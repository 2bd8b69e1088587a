import { z } from 'zod'

export const paymentsConfig = z.object({
  http: z.object({ port: z.int().min(0).max(65_535).default(8081) }).prefault({}),
  authorisation: z
    .object({
      /** Above this amount the bank wants to see the customer in person. */
      limitCents: z.int().positive().default(500_000),
      /** How long the bank takes: at least, and at most. */
      minLatencyMs: z.int().min(0).default(5),
      maxLatencyMs: z.int().min(0).default(25),
    })
    .prefault({}),
})

export type PaymentsConfig = z.infer<typeof paymentsConfig>
