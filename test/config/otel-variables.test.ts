import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { intendedOtelVariable, OTEL_VARIABLES } from '../../src/config/otel-variables.ts'

test('no standard variable is taken for a slip of another one', () => {
  expect([...OTEL_VARIABLES].filter((name) => intendedOtelVariable(name) !== undefined)).toEqual([])
})

test('a letter that is missing is noticed in every one of them', () => {
  const slips = [...OTEL_VARIABLES].map((name) => name.slice(0, -2) + name.slice(-1))
  expect(slips.filter((slip) => intendedOtelVariable(slip) === undefined)).toEqual([])
})

test.each(['OTEL_', 'OTEL_FOO', 'OTEL_EXPORTER', 'otel_service_name', 'SERVICE_NAME', 'OTEL_GO_X_EXEMPLAR'])(
  '%s is taken for nothing',
  (name) => {
    expect(intendedOtelVariable(name)).toBeUndefined()
  },
)

test('the variables that this package reads are all in the table', async () => {
  const src = new URL('../../src/', import.meta.url)
  const files = (await readdir(src, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const read = new Set<string>()
  for (const file of files) {
    const text = await readFile(new URL(file, src), 'utf8')
    for (const [, name = ''] of text.matchAll(/['"](OTEL_[A-Z0-9_]*[A-Z0-9])['"]/g)) read.add(name)
  }
  // Some names are put together of a beginning and an end.
  const known = [...OTEL_VARIABLES]
  expect([...read].filter((name) => !known.some((other) => other === name || other.startsWith(`${name}_`)))).toEqual([])
})
