import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import type { Secret } from '../../src/config/secret.ts'
import { toSecret } from '../../src/config/secret.ts'

export interface Orders {
  readonly http: { readonly port: number; readonly host?: string | undefined; readonly keepAlive: boolean }
  readonly database: { readonly url: string; readonly password: Secret; readonly poolSize: number }
  readonly mode: 'live' | 'test'
  readonly tags: readonly string[]
  readonly discountRatio: number
  readonly limits: Readonly<Record<string, number>>
}

const zodSchema = z.object({
  http: z
    .object({
      port: z.number().int().max(65_535).default(8080),
      host: z.string().optional(),
      keepAlive: z.boolean().default(true),
    })
    .prefault({}),
  database: z.object({ url: z.string(), password: z.string().transform(toSecret), poolSize: z.number().default(5) }),
  mode: z.enum(['live', 'test']).default('live'),
  tags: z.array(z.string()).default([]),
  discountRatio: z.number().default(0),
  limits: z.record(z.string(), z.number()).default({}),
})

const valibotSchema = v.object({
  http: v.optional(
    v.object({
      port: v.optional(v.pipe(v.number(), v.integer(), v.maxValue(65_535)), 8080),
      host: v.optional(v.string()),
      keepAlive: v.optional(v.boolean(), true),
    }),
    {},
  ),
  database: v.object({
    url: v.string(),
    password: v.pipe(v.string(), v.transform(toSecret)),
    poolSize: v.optional(v.number(), 5),
  }),
  mode: v.optional(v.picklist(['live', 'test']), 'live'),
  tags: v.optional(v.array(v.string()), []),
  discountRatio: v.optional(v.number(), 0),
  limits: v.optional(v.record(v.string(), v.number()), {}),
})

const arktypeSchema = type({
  http: type({ port: 'number.integer <= 65535 = 8080', 'host?': 'string', keepAlive: 'boolean = true' }).default(
    () => ({}),
  ),
  database: { url: 'string', password: type('string').pipe(toSecret), poolSize: 'number = 5' },
  mode: "'live' | 'test' = 'live'",
  tags: type('string[]').default(() => []),
  discountRatio: 'number = 0',
  limits: type({ '[string]': 'number' }).default(() => ({})),
})

/** The same validation as an own, asynchronous Standard Schema, which can't describe itself. */
const ownSchema: StandardSchemaV1<unknown, Orders> = {
  '~standard': {
    version: 1,
    vendor: 'own',
    validate: async (value) => {
      await Promise.resolve()
      return valibotSchema['~standard'].validate(value)
    },
  },
}

/** One configuration, written for each library. */
export const SCHEMAS: readonly (readonly [string, StandardSchemaV1<unknown, Orders>])[] = [
  ['zod', zodSchema],
  ['valibot', valibotSchema],
  ['arktype', arktypeSchema],
  ['an own schema', ownSchema],
]
