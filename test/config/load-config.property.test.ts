import { writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import type { ConfigSource } from '../../src/config/origin.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { temporaryFiles } from './temporary-files.ts'

const PATHS = ['a.b', 'a.c', 'd', 'e.f.g', 'e.f.h'] as const
const VARIABLES = { 'a.b': 'A__B', 'a.c': 'A__C', d: 'D', 'e.f.g': 'E__F__G', 'e.f.h': 'E__F__H' } as const
type Path = (typeof PATHS)[number]

/** Lowest first. */
const LAYERS = ['defaults', 'low file', 'high file', 'environment', 'overrides'] as const
type Layer = (typeof LAYERS)[number]
const SOURCES: Readonly<Record<Layer, ConfigSource>> = {
  defaults: 'defaults',
  'low file': 'file',
  'high file': 'file',
  environment: 'environment',
  overrides: 'overrides',
}

const text = z.string().default('schema')
const zodSchema = z.object({
  a: z.object({ b: text, c: text }).prefault({}),
  d: text,
  e: z.object({ f: z.object({ g: text, h: text }).prefault({}) }).prefault({}),
})
const word = v.optional(v.string(), 'schema')
const valibotSchema = v.object({
  a: v.optional(v.object({ b: word, c: word }), {}),
  d: word,
  e: v.optional(v.object({ f: v.optional(v.object({ g: word, h: word }), {}) }), {}),
})

/** The paths that a layer sets, as an object: each value says which layer it is from. */
function objectOf(paths: readonly Path[], value: string): object {
  const root: Record<string, unknown> = {}
  for (const path of paths) {
    const keys = path.split('.')
    let object = root
    for (const key of keys.slice(0, -1)) object = (object[key] ??= {}) as Record<string, unknown>
    object[keys.at(-1) ?? ''] = value
  }
  return root
}

const plan = fc.record(
  Object.fromEntries(LAYERS.map((layer) => [layer, fc.subarray([...PATHS])])) as Record<Layer, fc.Arbitrary<Path[]>>,
)

test.each([
  ['zod', zodSchema],
  ['valibot', valibotSchema],
])('%s: the highest layer that sets a path wins, and explain() says so', async (_, schema) => {
  await using files = await temporaryFiles({})
  await fc.assert(
    fc.asyncProperty(plan, async (layers) => {
      await writeFile(files.path('low.yaml'), stringify(objectOf(layers['low file'], 'low file')))
      await writeFile(files.path('high.json'), JSON.stringify(objectOf(layers['high file'], 'high file')))
      const config = await loadConfig({
        schema,
        defaults: objectOf(layers.defaults, 'defaults'),
        files: ['low.yaml', 'high.json'],
        cwd: files.directory,
        env: Object.fromEntries(layers.environment.map((path) => [VARIABLES[path], 'environment'])),
        overrides: objectOf(layers.overrides, 'overrides'),
      })

      const shown = config.explain().map(({ path, source, value }) => [path, source, value])
      const expected = PATHS.map((path) => {
        const winner = LAYERS.findLast((layer) => layers[layer].includes(path))
        return [path, winner === undefined ? 'schema' : SOURCES[winner], winner ?? 'schema']
      })
      expect(shown).toEqual(expected)
      expect(config.value).toEqual(
        expected.reduce((all, [path, , value]) => mergeIn(all, String(path).split('.'), value), {}),
      )
    }),
    { numRuns: 60 },
  )
})

function mergeIn(object: Readonly<Record<string, unknown>>, [key = '', ...rest]: string[], value: unknown): object {
  if (rest.length === 0) return { ...object, [key]: value }
  return { ...object, [key]: mergeIn((object[key] ?? {}) as Record<string, unknown>, rest, value) }
}
