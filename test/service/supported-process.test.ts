import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('programs/runs-anywhere.mjs', import.meta.url))

test.each([
  ['thread', 'a worker thread'],
  ['cluster', 'a worker of node:cluster'],
])('a service is refused in a %s, and says why', async (where, name) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=seaworthy-source', PROGRAM, where], {
    timeout: 15_000,
  })
  expect(stdout).toBe(`SEA_SERVICE_UNSUPPORTED_PROCESS run() of "lost" was called in ${name}\n`)
})
