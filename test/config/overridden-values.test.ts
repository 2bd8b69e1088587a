import { expect, test } from 'vitest'
import { z } from 'zod'
import { renderConfigReport } from '../../src/config/config-report.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { toSecret } from '../../src/config/secret.ts'
import { temporaryFiles } from './temporary-files.ts'

const schema = z.object({
  port: z.number().default(1),
  tags: z.array(z.string()).default([]),
  blob: z.string().transform(toSecret).optional(),
  limits: z.object({ max: z.number() }).default({ max: 3 }),
})

test('each value says what it overrode, the nearest layer first', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'port: 2\ntags: [a]\n', 'b.yaml': 'port: 3\n' })
  const config = await loadConfig({
    schema,
    defaults: { port: 1 },
    files: [files.path('a.yaml'), files.path('b.yaml')],
    env: { PORT: '4', TAGS: '["x"]' },
    overrides: { port: 5 },
  })
  const [, port, tags] = config.explain()
  expect(port).toEqual({
    path: 'port',
    source: 'overrides',
    value: 5,
    overrode: [
      { source: 'environment', variable: 'PORT', value: 4 },
      { source: 'file', file: files.path('b.yaml'), line: 1, column: 1, value: 3 },
      { source: 'file', file: files.path('a.yaml'), line: 1, column: 1, value: 2 },
      { source: 'defaults', value: 1 },
    ],
  })
  expect(tags?.overrode).toEqual([{ source: 'file', file: files.path('a.yaml'), line: 2, column: 1, value: ['a'] }])
})

test('what nobody else says has overridden nothing', async () => {
  const config = await loadConfig({ schema, overrides: { port: 5 } })
  expect(config.explain().filter(({ overrode }) => overrode !== undefined)).toEqual([])
})

test('what is a secret by its type alone stays one in the layers below', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'blob: canary1\n', 'b.yaml': 'blob: canary2\n' })
  const config = await loadConfig({ schema, files: [files.path('a.yaml'), files.path('b.yaml')] })
  expect(config.explain()[0]).toMatchObject({ path: 'blob', value: '[secret]', overrode: [{ value: '[secret]' }] })
  expect(JSON.stringify(config.explain())).not.toContain('canary')
})

test('what is a secret by its variable stays one below a value that is none', async () => {
  await using files = await temporaryFiles({ port: '4711\n' })
  const config = await loadConfig({ schema, env: { PORT_FILE: files.path('port') }, overrides: { port: 5 } })
  expect(config.explain().find(({ path }) => path === 'port')).toMatchObject({
    value: 5,
    overrode: [{ value: '[secret]' }],
  })
})

test('the report for a person has a line for each value, aligned', async () => {
  await using files = await temporaryFiles({ 'a.yaml': 'port: 2\n' })
  const config = await loadConfig({ schema, files: [files.path('a.yaml')], env: { PORT: '3' } })
  expect(
    renderConfigReport({
      service: 'shop',
      generation: 2,
      files: config.files,
      pendingRestart: [],
      values: config.explain(),
    }),
  ).toBe(
    [
      'shop: generation 2',
      `files: ${files.path('a.yaml')}`,
      '',
      'limits.max  3   schema default',
      `port        3   variable PORT; overrode 2 of ${files.path('a.yaml')}:1:1`,
      'tags        []  schema default',
    ].join('\n'),
  )
})
