import { SpanKind } from '@opentelemetry/api'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../telemetry/programs/sqlite-observation.ts', import.meta.url))
/** The first line whose Node certainly publishes the statements of its SQLite. */
const FIRST_THAT_PUBLISHES = 26

interface Observed {
  readonly major: number
  readonly published: number
  readonly isMeasured: boolean
  readonly seen: readonly {
    readonly name: string
    readonly kind: number
    readonly attributes: Readonly<Record<string, unknown>>
    readonly durationMs: number
  }[]
}

/** On other Nodes by `npm run test:built`: only new ones publish. */
async function runObserved(): Promise<[Observed, string]> {
  const node = process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  const flags = process.env['SEAWORTHY_TEST_NODE_FLAGS']?.split(' ') ?? []
  const { stdout } = await promisify(execFile)(node, [...flags, PROGRAM], {
    env: { NODE_NO_WARNINGS: '1' },
    timeout: 20_000,
  })
  return [JSON.parse(stdout) as Observed, stdout]
}

test('a statement by an adapter is one span, whether or not Node publishes it, and new Nodes do', async () => {
  const [{ major, published, seen, isMeasured }] = await runObserved()
  expect(isMeasured).toBe(true)
  expect(seen.filter(({ attributes }) => attributes['db.query.text'] === 'SELECT ?')).toHaveLength(1)
  expect(published > 0 || major < FIRST_THAT_PUBLISHES).toBe(true)
})

test('each statement that Node publishes is a span without its values', async ({ skip }) => {
  const [{ published, seen }, text] = await runObserved()
  skip(published === 0, 'this Node publishes none')
  expect(text).not.toContain('canary')
  expect(text).not.toContain(Buffer.from('canary').toString('hex'))
  expect(seen.map(({ name }) => name)).toEqual([
    'INSERT orders',
    'BEGIN',
    'UPDATE orders',
    'COMMIT',
    'SELECT orders',
    'SELECT',
    'WITH n',
  ])
  expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set([SpanKind.CLIENT + 1]))
  expect(seen[0]?.attributes).toEqual({
    'db.system.name': 'sqlite',
    'db.namespace': ':memory:',
    'db.operation.name': 'INSERT',
    'db.collection.name': 'orders',
    'db.query.summary': 'INSERT orders',
    'db.query.text': 'INSERT INTO orders VALUES (?, ?)',
  })
  expect(seen[4]?.attributes['db.query.text']).toBe('SELECT * FROM orders WHERE customer = ? AND id > ?')
  expect(seen[5]?.attributes['db.namespace']).toBe('by adapter')
  // Hundreds of thousands of steps: whatever the machine, that is more than nothing.
  expect(seen[6]?.durationMs).toBeGreaterThan(0)
})
