import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createService } from 'seaworthy'
import { sqlite, type SqliteDatabase } from 'seaworthy/sqlite'
import { startReceiver } from 'seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'

const SCHEMA = 'CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'seaworthy-sqlite-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A service with nothing but a database. */
async function openService(
  path: string,
  env: Readonly<Record<string, string | undefined>> = { OTEL_SDK_DISABLED: 'true' },
) {
  let database: SqliteDatabase | undefined
  const service = createService({ name: 'notes', env, admin: false, shutdown: { drainDelay: 0 }, isTerminal: true })
  const db = service.resource(
    'database',
    sqlite(() => path, { schema: SCHEMA }),
  )
  service.task('holder', {
    needs: { db },
    run: async ({ db }) => {
      database = db
    },
  })
  await service.start()
  if (database === undefined) throw new Error('no database')
  return { service, database }
}

test('statements run, rows come back, and the file is there at the next start', async () => {
  const path = join(await folder(), 'notes.db')
  const first = await openService(path)
  expect(first.database.run('INSERT INTO notes (text) VALUES (?)', 'one')).toEqual({ changes: 1, lastInsertRowid: 1 })
  await first.service.stop()

  const { service, database } = await openService(path)
  expect(database.get('SELECT text FROM notes WHERE id = ?', 1)).toEqual({ text: 'one' })
  expect(database.get('SELECT text FROM notes WHERE id = ?', 2)).toBeUndefined()
  expect(database.all('SELECT id FROM notes')).toEqual([{ id: 1 }])
  await service.stop()
})

test('a transaction that throws leaves nothing behind, and the error goes on', async () => {
  const { service, database } = await openService(':memory:')
  const work = (): void => {
    database.run('INSERT INTO notes (text) VALUES (?)', 'half')
    throw new Error('no')
  }
  expect(() => database.transaction(work)).toThrow('no')
  expect(database.all('SELECT id FROM notes')).toEqual([])
  expect(database.transaction(() => 7)).toBe(7)
  await service.stop()
})

test('each statement is a client span with its table, and no value', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.stop())
  const { service, database } = await openService(join(await folder(), 'notes.db'), receiver.environment())
  database.run('INSERT INTO notes (text) VALUES (?)', 'canary4711')
  expect(() => database.run('INSERT INTO notes (text) VALUES (?)', 'canary4711')).toThrow('UNIQUE')
  database.all("SELECT id FROM notes WHERE text = 'canary4712'")
  await service.stop()

  const [inserted, failed] = receiver.spans({ name: 'INSERT notes' })
  expect(inserted).toMatchObject({
    kind: 3,
    attributes: {
      'db.system.name': 'sqlite',
      'db.namespace': 'notes.db',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'notes',
      'db.query.summary': 'INSERT notes',
      'db.query.text': 'INSERT INTO notes (text) VALUES (?)',
    },
  })
  expect(failed).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'ERR_SQLITE_ERROR' } })
  const everything = JSON.stringify([receiver.spans(), receiver.metrics()], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  expect(everything).not.toContain('canary')
  const [series] = receiver.metrics({
    name: 'db.client.operation.duration',
    attribute: { 'db.operation.name': 'SELECT' },
  })
  expect(series).toMatchObject({
    type: 'histogram',
    unit: 's',
    latest: { count: 1, explicitBounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  })
})

test('more different statements than are kept still run', async () => {
  const { service, database } = await openService(':memory:')
  for (let index = 0; index < 250; index++) expect(database.get(`SELECT ${index} AS n`)).toEqual({ n: index })
  await service.stop()
})

test.each([
  ['a folder that does not exist', async (path: string) => join(path, 'none', 'notes.db')],
  [
    'a file that is no database',
    async (path: string) => {
      await writeFile(join(path, 'notes.db'), 'x'.repeat(4096))
      return join(path, 'notes.db')
    },
  ],
  ['a file that may not be written', async () => '/proc/version'],
])('%s refuses to start, by name', async (_what, prepare) => {
  const path = await prepare(await folder())
  await chmod(join(path, '..'), 0o700).catch(() => {})
  await expect(openService(path)).rejects.toMatchObject({
    code: 'SEA_START_FAILED',
    message: expect.stringContaining(`The database file ${path} can't be used`),
    cause: { code: 'SEA_SQLITE_UNUSABLE' },
  })
})

test('while another process holds the lock it is degraded, and healthy again by itself once a write would work', async () => {
  const path = join(await folder(), 'notes.db')
  const { service, database } = await openService(path, { OTEL_SDK_DISABLED: 'true' })
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  database.native.exec('PRAGMA busy_timeout = 0')
  expect(database.check()).toBeUndefined()
  expect(() => database.run('INSERT INTO notes (text) VALUES (?)', 'one')).toThrow('locked')
  expect(database.check()).toEqual({
    status: 'degraded',
    message: 'the database is locked by another process: statements fail that write',
  })
  other.exec('ROLLBACK')
  expect(database.check()).toBeUndefined()
  other.close()
  await service.stop()
})

test('a disk that is full is degraded, also when less could be written since; reading goes on', async () => {
  const { service, database } = await openService(join(await folder(), 'notes.db'))
  const { page_count: pages } = database.get<{ page_count: number }>('PRAGMA page_count') ?? { page_count: 0 }
  database.native.exec(`PRAGMA max_page_count = ${pages}`)
  expect(() => database.run('INSERT INTO notes (text) VALUES (?)', 'x'.repeat(100_000))).toThrow('full')
  database.run('INSERT INTO notes (text) VALUES (?)', 'small')
  expect(database.check()).toEqual({
    status: 'degraded',
    message: 'the disk is full: statements fail that write',
  })
  await service.stop()
})

test('what fails in the native database is a span as well, and has failed', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.stop())
  const { service, database } = await openService(join(await folder(), 'notes.db'), receiver.environment())
  database.native.prepare('INSERT INTO notes (text) VALUES (?)').run('canary4711')
  expect(() => database.native.prepare('INSERT INTO notes (text) VALUES (?)').run('canary4711')).toThrow('UNIQUE')
  expect(() => database.native.prepare('SELECT one FROM nowhere')).toThrow('no such table')
  expect(() => database.native.exec('UPDATE nowhere SET one = 1')).toThrow('no such table')
  await service.stop()
  const brief = (name: string): readonly unknown[] => receiver.spans({ name }).map(({ status }) => status.code)
  expect(brief('INSERT notes')).toEqual([0, 2])
  expect(brief('SELECT nowhere')).toEqual([2])
  expect(brief('UPDATE nowhere')).toEqual([2])
})
