import { expect, test } from 'vitest'
import { takeBuiltins } from '../../scripts/take-builtins.ts'

test("what is imported of Node's own modules is taken without reading their other exports", () => {
  const code = [
    'import { pino } from "pino";',
    'import { open as open$1, stat } from "node:fs/promises";',
    'import cluster from "node:cluster";',
    'const { Session } = await import("node:inspector");',
  ]
  expect(takeBuiltins(code.join('\n')).split('\n')).toEqual([
    'import { pino } from "pino";',
    'const { open: open$1, stat } = process.getBuiltinModule("node:fs/promises");',
    'const cluster = process.getBuiltinModule("node:cluster");',
    'const { Session } = await import("node:inspector");',
  ])
})

test('a form that would stay an import is refused', () => {
  expect(() => takeBuiltins('import * as fs from "node:fs";')).toThrow('import * as fs')
  expect(() => takeBuiltins('export { join } from "node:path";')).toThrow('export { join }')
})
