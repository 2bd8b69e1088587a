import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../telemetry/programs/http1-observation.ts', import.meta.url))

/** On other Nodes by `npm run test:built`: 22 carries contexts in another way than those that came later. */
test('every listener of a request to a server runs in the context of its own request', async () => {
  const node = process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  const flags = process.env['SEAWORTHY_TEST_NODE_FLAGS']?.split(' ') ?? []
  const { stdout } = await promisify(execFile)(node, [...flags, PROGRAM], {
    env: { NODE_NO_WARNINGS: '1' },
    timeout: 20_000,
  })
  const { seen, said, isLeft } = JSON.parse(stdout) as { seen: string[]; said: string[]; isLeft: boolean }

  expect(said).toEqual([])
  expect(isLeft).toBe(true)
  const whole = ['handler', 'request end', 'request close', 'answer finish', 'answer close']
  const expected = ['/01', '/02', '/03', '/05'].flatMap((path) => whole.map((what) => `${path} ${what}: own`))
  const bodies = ['/01 request data: own', '/05 request data: own']
  const cut = ['handler', 'request close', 'answer close'].map((what) => `/04 ${what}: own`)
  // Whether the end of a request that is cut off was seen before is a matter of time.
  const certain = seen.filter((line) => line !== '/04 request end: own')
  expect(certain.toSorted()).toEqual([...expected, ...bodies, ...cut].toSorted())
})
