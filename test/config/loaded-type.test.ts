import { type } from 'arktype'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { loadConfig, type LoadConfigOptions, type LoadedConfig } from '../../src/config/load-config.ts'
import type { Secret } from '../../src/config/secret.ts'
import { toSecret } from '../../src/config/secret.ts'

interface Value {
  port: number
  password: Secret
  tags: string[]
}

test('the value has the type of what the schema gives, and layers that of what it takes', async () => {
  const zodSchema = z.object({
    port: z.number().default(1),
    password: z.string().transform(toSecret),
    tags: z.array(z.string()),
  })
  const valibotSchema = v.object({
    port: v.optional(v.number(), 1),
    password: v.pipe(v.string(), v.transform(toSecret)),
    tags: v.array(v.string()),
  })
  const arktypeSchema = type({ port: 'number = 1', password: type('string').pipe(toSecret), tags: 'string[]' })
  const overrides = { password: 'x', tags: [] }
  expectTypeOf(await loadConfig({ schema: zodSchema, overrides })).toEqualTypeOf<LoadedConfig<Value>>()
  expectTypeOf(await loadConfig({ schema: valibotSchema, overrides })).toEqualTypeOf<LoadedConfig<Value>>()
  expectTypeOf(await loadConfig({ schema: arktypeSchema, overrides })).toEqualTypeOf<LoadedConfig<Value>>()
})

test('layers are checked as far as they go', () => {
  const schema = z.object({ http: z.object({ port: z.number(), host: z.string() }), tags: z.array(z.string()) })
  type Options = LoadConfigOptions<typeof schema>
  expectTypeOf<{ http: { port: number } }>().toExtend<NonNullable<Options['defaults']>>()
  expectTypeOf<{ http: { port: undefined } }>().toExtend<NonNullable<Options['overrides']>>()
  expectTypeOf<{ http: { port: string } }>().not.toExtend<NonNullable<Options['defaults']>>()
  expectTypeOf<{ tags: number[] }>().not.toExtend<NonNullable<Options['overrides']>>()
})
