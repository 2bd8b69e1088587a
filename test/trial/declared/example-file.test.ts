import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readText, ROOT } from '../../../scripts/repository-files.ts'
import { readDeclared } from '../../../src/trial/declared/read-declared.ts'

test('the file of the example is valid, starts both services, and is what the guide shows', async () => {
  const declared = await readDeclared({}, { cwd: join(ROOT, 'examples/orders'), env: {} })
  expect(declared.command?.value).toEqual(['node', 'orders/main.ts'])
  expect(declared.routes.map(({ value }) => `${value.method} ${value.path}`)).toContain('POST /orders')
  expect(declared.dependencies[0]?.value.start?.command).toEqual(['node', 'payments/main.ts'])
  expect(readText('docs/guide/trial.md')).toContain(readText('examples/orders/seaworthy.trial.yaml'))
})
