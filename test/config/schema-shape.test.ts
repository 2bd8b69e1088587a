import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ConfigPath } from '../../src/config/config-path.ts'
import { describedShape, JsonSchemaShape } from '../../src/config/json-schema-shape.ts'
import { ObservedShape } from '../../src/config/observed-shape.ts'
import type { SchemaShape } from '../../src/config/schema-shape.ts'

async function level(shape: SchemaShape, path: ConfigPath, value?: unknown): Promise<string> {
  const found = await shape.levelAt(path, value)
  if (found === undefined) return 'no object'
  return [
    [...found.keys].sort().join(' '),
    ...(found.open ? ['open'] : []),
    ...(found.complete ? [] : ['seen in part']),
  ]
    .filter((text) => text !== '')
    .join(', ')
}

/** The same schema for both ways of finding out; `password` stands for a key that is optional and has no default. */
const zodSchema = z.object({
  http: z.object({ port: z.number().default(1), host: z.string().optional() }).optional(),
  loose: z.looseObject({ a: z.string() }),
  strict: z.strictObject({ a: z.string(), b: z.string().optional() }),
  record: z.record(z.string(), z.number()),
  any: z.unknown(),
  both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.string().optional() })),
  either: z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
  list: z.array(z.object({ a: z.string(), b: z.string().optional() })),
  text: z.string(),
})
const valibotSchema = v.object({
  http: v.optional(v.object({ port: v.optional(v.number(), 1), host: v.optional(v.string()) })),
  loose: v.looseObject({ a: v.string() }),
  strict: v.strictObject({ a: v.string(), b: v.optional(v.string()) }),
  record: v.record(v.string(), v.number()),
  any: v.unknown(),
  both: v.intersect([v.object({ a: v.string() }), v.object({ b: v.optional(v.string()) })]),
  either: v.union([v.object({ a: v.string() }), v.object({ b: v.string() })]),
  list: v.array(v.object({ a: v.string(), b: v.optional(v.string()) })),
  text: v.string(),
})

const CASES: readonly (readonly [ConfigPath, string])[] = [
  [[], 'any both either http list loose record strict text'],
  [['http'], 'host port'],
  [['strict'], 'a b'],
  [['any'], 'open'],
  [['both'], 'a b'],
  [['either'], 'a b'],
  [['list'], 'no object'],
  [['list', 0], 'a b'],
  [['text'], 'no object'],
]

test.each(CASES)('a schema that describes itself has at %j: %s', async (path, expected) => {
  expect(await level(describedShape(zodSchema) as SchemaShape, path)).toBe(expected)
})

test.each(CASES)('a schema that is observed has at %j: %s', async (path, expected) => {
  expect(await level(new ObservedShape(valibotSchema, {}), path)).toBe(expected)
  const undescribed: StandardSchemaV1 = {
    '~standard': { version: 1, vendor: 'zod', validate: zodSchema['~standard'].validate },
  }
  expect(await level(new ObservedShape(undescribed, {}), path)).toBe(expected)
})

describe('JSON Schema', () => {
  test('open objects take any key: records, loose objects, patterns', async () => {
    const shape = describedShape(zodSchema) as SchemaShape
    expect(await level(shape, ['loose'])).toBe('a, open')
    expect(await level(shape, ['record'])).toBe('open')
    const patterns = new JsonSchemaShape({ type: 'object', patternProperties: { '^x-': { type: 'number' }, '(': {} } })
    expect(await level(patterns, [])).toBe('open')
    expect(patterns.typesAt(['x-a'])).toEqual(undefined)
  })

  test('references are followed, also those of a schema to itself', async () => {
    const shape = new JsonSchemaShape({
      $ref: '#/$defs/node~1a',
      $defs: {
        'node/a': {
          type: 'object',
          properties: { next: { anyOf: [{ $ref: '#/$defs/node~1a' }, { type: 'null' }] }, id: { type: 'integer' } },
        },
        endless: { $ref: '#/$defs/endless' },
      },
      properties: { more: { $ref: '#/$defs/endless' }, lost: { $ref: 'https://elsewhere.example/schema' } },
    })
    expect(await level(shape, [])).toBe('id lost more next')
    expect(await level(shape, ['next', 'next', 'next'])).toBe('id next')
    expect(shape.typesAt(['next', 'id'])).toEqual(new Set(['number']))
    expect(shape.typesAt(['more'])).toBeUndefined()
    expect(shape.typesAt(['lost'])).toBeUndefined()
  })

  test('of alternatives those count that the value does not rule out', async () => {
    const shape = describedShape(
      z.object({
        auth: z.discriminatedUnion('type', [
          z.object({ type: z.literal('basic'), user: z.string() }),
          z.object({ type: z.enum(['token', 'jwt']), issuer: z.string() }),
        ]),
      }),
    ) as SchemaShape
    expect(await level(shape, ['auth'])).toBe('issuer type user')
    expect(await level(shape, ['auth'], { auth: { type: 'basic' } })).toBe('type user')
    expect(await level(shape, ['auth'], { auth: { type: 'jwt' } })).toBe('issuer type')
    expect(await level(shape, ['auth'], { auth: { type: 'bsic' } })).toBe('issuer type user')
  })

  test.each([
    [z.number().int(), ['number']],
    [z.string().nullable(), ['string', 'null']],
    [z.enum(['a', 'b']), ['string']],
    [z.literal([1, 'a', true, null]), ['number', 'string', 'boolean', 'null']],
    [z.union([z.number(), z.array(z.string())]), ['number', 'array']],
    [z.coerce.boolean(), ['boolean']],
    [z.string().transform(Number), ['string']],
    [z.tuple([z.string()]), ['array']],
    [z.record(z.string(), z.string()), ['object']],
    [z.any(), undefined],
    [z.date(), undefined],
    [z.union([z.number(), z.any()]), undefined],
  ])('the types of a value are known: %#', (item, types) => {
    const shape = describedShape(z.object({ item })) as SchemaShape
    expect(shape.typesAt(['item'])).toEqual(types === undefined ? undefined : new Set(types))
  })

  test('arktype describes itself, too', async () => {
    const shape = describedShape(type({ 'a?': "'x' | 'y'", b: 'boolean = true', c: 'number | null' })) as SchemaShape
    expect(await level(shape, [])).toBe('a b c')
    expect([shape.typesAt(['a']), shape.typesAt(['b']), shape.typesAt(['c'])]).toEqual([
      new Set(['string']),
      new Set(['boolean']),
      new Set(['number', 'null']),
    ])
  })

  test('a schema that refuses to describe itself is observed instead', () => {
    expect(describedShape(valibotSchema)).toBeUndefined()
    const refusing = {
      '~standard': {
        ...zodSchema['~standard'],
        jsonSchema: {
          input: () => {
            throw new Error('no')
          },
        },
      },
    }
    expect(describedShape(refusing as unknown as StandardSchemaV1)).toBeUndefined()
  })
})

describe('observation', () => {
  test('open objects are seen to be open', async () => {
    const shape = new ObservedShape(valibotSchema, {})
    expect(await level(shape, ['loose'])).toBe('a, open, seen in part')
    expect(await level(shape, ['record'])).toBe('open, seen in part')
  })

  test('an alternative is known once its deciding key is, and until then only in part', async () => {
    const schema = v.object({
      auth: v.variant('type', [
        v.object({ type: v.literal('basic'), user: v.string() }),
        v.variant('kind', [v.object({ type: v.literal('token'), kind: v.literal('jwt'), issuer: v.string() })]),
      ]),
    })
    expect(await level(new ObservedShape(schema, { auth: { type: 'basic' } }), ['auth'])).toContain('type user')
    const undecided = await level(new ObservedShape(schema, { auth: { type: 'token', kind: 'wrong', issuer: 'x' } }), [
      'auth',
    ])
    expect(undecided).toContain('seen in part')
  })

  test('a validator that throws shows nothing, and does no harm', async () => {
    const schema = v.pipe(
      v.unknown(),
      v.check((input) => (input as { a: { b: string } }).a.b.length > 0),
    )
    expect(await level(new ObservedShape(schema, {}), [])).toBe('no object')
  })

  test('the validator is asked once about each level', async () => {
    let asked = 0
    const counting: StandardSchemaV1 = {
      '~standard': {
        version: 1,
        vendor: 'valibot',
        validate: (value) => {
          asked++
          return valibotSchema['~standard'].validate(value)
        },
      },
    }
    const shape = new ObservedShape(counting, {})
    await Promise.all([shape.levelAt(['http']), shape.levelAt(['http'])])
    await shape.levelAt(['http'])
    expect(asked).toBe(1)
  })
})
