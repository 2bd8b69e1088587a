import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../programs/console-exporter.ts', import.meta.url))

test('the console exporter writes JSON lines to standard error and nothing to standard output', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM], { env: {}, timeout: 15_000 })

  const items = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(stdout).toBe('')
  expect(items).toContainEqual(expect.objectContaining({ signal: 'traces', name: 'a span' }))
  expect(items).toContainEqual(expect.objectContaining({ signal: 'metrics', name: 'a.counter', value: 3 }))
  expect(items).toContainEqual(expect.objectContaining({ signal: 'logs', severityText: 'INFO', body: 'a line' }))
})
