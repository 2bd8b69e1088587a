import fc from 'fast-check'
import { channel } from 'node:diagnostics_channel'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { DatabaseSpans } from '../../../../src/telemetry/database/database-span.ts'
import { describeSql } from '../../../../src/telemetry/database/sql-text.ts'
import { deliverSpans, startTelemetry } from '../../telemetry-fixture.ts'
import { briefly, durations, everythingIn, inRequest } from './channel-fixture.ts'

/* What only new Nodes publish by themselves; with those, test/process runs the real thing. */

const queries = channel('sqlite.db.query')
const COMMON = { 'db.system.name': 'sqlite', 'db.namespace': ':memory:' }

function openDatabase(path = ':memory:'): DatabaseSync {
  const database = new DatabaseSync(path)
  onTestFinished(() => {
    if (database.isOpen) database.close()
  })
  return database
}

test('a statement is one span below its caller that began when the statement did, without its values', async () => {
  await using started = await startTelemetry()
  const database = openDatabase()
  const sql = `INSERT INTO "order lines" VALUES ('it''s canary', x'63616e617279', -1.5e+300, NULL)`
  await inRequest(async () => queries.publish({ sql, database, duration: 3_000_000 }))
  const spans = await deliverSpans(started, 2)
  const statement = spans.find(({ name }) => name !== 'request')

  expect(statement === undefined ? undefined : briefly(statement)).toEqual({
    name: 'INSERT order lines',
    kind: 3,
    attributes: {
      ...COMMON,
      'db.operation.name': 'INSERT',
      'db.collection.name': 'order lines',
      'db.query.summary': 'INSERT order lines',
      'db.query.text': 'INSERT INTO "order lines" VALUES (?, ?, -?, NULL)',
    },
    status: 0,
    events: 0,
  })
  const tookMs = Number((statement?.endTimeUnixNano ?? 0n) - (statement?.startTimeUnixNano ?? 0n)) / 1e6
  expect(Math.floor(tookMs)).toBeGreaterThanOrEqual(3)
  const series = { ...COMMON, 'db.operation.name': 'INSERT', 'db.collection.name': 'order lines' }
  expect(durations(started)).toEqual([[series, 1]])
  const [measured] = started.receiver.store.metrics({ name: 'db.client.operation.duration' })
  expect(measured?.latest.type === 'histogram' && (measured.latest.sum ?? 0)).toBeGreaterThanOrEqual(0.003)
  expect(everythingIn(started)).not.toMatch(/canary|63616e617279/)
})

test('a database is called by the name of its file, without the way to it', async () => {
  await using started = await startTelemetry()
  const path = join(tmpdir(), `seaworthy-${process.pid}-names.db`)
  const database = openDatabase(path)
  const location = vi.spyOn(database, 'location')
  await inRequest(async () => {
    for (let round = 0; round < 2; round++) queries.publish({ sql: 'SELECT 1', database, duration: 0 })
  })
  expect(location).toHaveBeenCalledTimes(1)
  expect((await deliverSpans(started, 3))[0]?.attributes['db.namespace']).toBe(`seaworthy-${process.pid}-names.db`)
  expect(everythingIn(started)).not.toContain(tmpdir())
})

test('a statement that is run through DatabaseSpans has the span of those only', async () => {
  await using started = await startTelemetry()
  const database = openDatabase()
  const spans = new DatabaseSpans({ system: 'sqlite', namespace: 'by adapter' })
  const publish = (): void => queries.publish({ sql: 'SELECT 1', database, duration: 0 })
  await inRequest(async () => {
    spans.run('SELECT 1', publish)
    expect(() =>
      spans.run('SELECT 1', () => {
        throw new Error('failed')
      }),
    ).toThrow('failed')
    publish()
  })
  const seen = await deliverSpans(started, 4)
  expect(seen.map(({ attributes }) => attributes['db.namespace'])).toEqual([
    'by adapter',
    'by adapter',
    ':memory:',
    undefined,
  ])
})

test('a database that is closed while its statement ends has a span without its name', async () => {
  await using started = await startTelemetry()
  const database = openDatabase()
  database.close()
  await inRequest(async () => queries.publish({ sql: 'SELECT 1', database, duration: 0 }))
  const [statement] = await deliverSpans(started, 2)
  expect([statement?.name, statement?.attributes['db.namespace']]).toEqual(['SELECT', undefined])
  expect(started.log.lines.filter((line) => line.includes('failed'))).toEqual([])
})

test('switched off by name, statements leave nothing', async () => {
  await using started = await startTelemetry({ env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'sqlite' } })
  await inRequest(async () => queries.publish({ sql: 'SELECT 1', database: openDatabase(), duration: 0 }))
  expect(await deliverSpans(started, 1)).toHaveLength(1)
  expect(durations(started)).toEqual([])
})

test('whatever a value is, and wherever a long statement is cut, the value is not in what is said', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ maxLength: 30 }),
    fc.constant('canary'.repeat(3000)),
  )
  fc.assert(
    fc.property(value, value, fc.constantFrom(`'`, `x'`), (first, second, quote) => {
      // As SQLite writes the values of parameters.
      const literal = (text: string): string =>
        quote === `'`
          ? `'canary${text.replaceAll('\0', '').replaceAll(`'`, `''`)}'`
          : `x'${Buffer.from(`canary${text}`).toString('hex')}'`
      const said = describeSql(`INSERT INTO t(a, b) VALUES (${literal(first)}, ${literal(second)})`)
      expect(JSON.stringify(said)).not.toMatch(/canary|63616e617279/)
    }),
  )
})
