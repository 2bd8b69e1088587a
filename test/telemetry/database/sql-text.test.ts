import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeSql } from '../../../src/telemetry/database/sql-text.ts'

test.each([
  ['SELECT * FROM orders WHERE id = ?', 'SELECT', 'orders', 'SELECT orders', 'SELECT * FROM orders WHERE id = ?'],
  [
    "select name from users where mail = 'a@b.c' and age > 42",
    'SELECT',
    'users',
    'SELECT users',
    'select name from users where mail = ? and age > ?',
  ],
  [
    'SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer',
    'SELECT',
    'orders',
    'SELECT orders customers',
    'SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer',
  ],
  [
    'INSERT INTO "order lines" (a) VALUES (-1.5e3)',
    'INSERT',
    'order lines',
    'INSERT order lines',
    'INSERT INTO "order lines" (a) VALUES (-?)',
  ],
  [
    'INSERT OR IGNORE INTO products VALUES (1)',
    'INSERT',
    'products',
    'INSERT products',
    'INSERT OR IGNORE INTO products VALUES (?)',
  ],
  ['UPDATE stock SET n = n - 3', 'UPDATE', 'stock', 'UPDATE stock', 'UPDATE stock SET n = n - ?'],
  ['DELETE FROM main.outbox', 'DELETE', 'main.outbox', 'DELETE main.outbox', 'DELETE FROM main.outbox'],
  [
    'CREATE TABLE IF NOT EXISTS guests (name TEXT)',
    'CREATE',
    'guests',
    'CREATE guests',
    'CREATE TABLE IF NOT EXISTS guests (name TEXT)',
  ],
  [
    'SELECT n FROM (SELECT 1 AS n FROM inside) outside',
    'SELECT',
    'inside',
    'SELECT inside',
    'SELECT n FROM (SELECT ? AS n FROM inside) outside',
  ],
  [
    "SELECT 'it''s' FROM t -- 'quoted' comment\nWHERE a = x'00FF'",
    'SELECT',
    't',
    'SELECT t',
    'SELECT ? FROM t WHERE a = ?',
  ],
  ['/* who: bob */ PRAGMA user_version', 'PRAGMA', '', 'PRAGMA', 'PRAGMA user_version'],
  ['SELECT :id, @name, $x, ?2 FROM t1', 'SELECT', 't1', 'SELECT t1', 'SELECT :id, @name, $x, ?2 FROM t1'],
  ['', '', '', '', ''],
])('%s', (sql, operation, collection, summary, text) => {
  expect(describeSql(sql)).toEqual({ operation, collection, summary, text })
})

test.each([
  [`SELECT $$canary$$, $tag$canary $$ canary$tag$, $1`, 'SELECT ?, ?, $1'],
  [String.raw`SELECT E'\'canary', e'it''s canary', 'c:\'`, 'SELECT ?, ?, ?'],
  [`SELECT U&'canary', N'canary', B'01', X'63'`, 'SELECT ?, ?, ?, ?'],
  [`SELECT ARRAY['canary'], a[1], [order lines].x`, 'SELECT ARRAY[?], a[?], [order lines].x'],
  ['SELECT 0xCAFE, 1_000_000, .5, 1e-9, -2.5E+3, t1.c2', 'SELECT ?, ?, ?, ?, -?, t1.c2'],
  [`SELECT '{"a":1}'::jsonb -> 'canary'`, 'SELECT ?::jsonb -> ?'],
  [`SELECT 1 WHERE a = 'canary, never closed`, 'SELECT ? WHERE a = ?'],
  [`SELECT 1 /* canary, never closed`, 'SELECT ?'],
])('values in all forms of the standard and of PostgreSQL: %s', (sql, text) => {
  expect(describeSql(sql).text).toBe(text)
})

test.each([
  ['SELECT "canary", \'ca\\\'nary\', "a\\"canary" FROM `order lines`', 'SELECT ?, ?, ? FROM `order lines`'],
  [`SELECT 5--'1' # canary\n, _utf8mb4 'canary'`, 'SELECT ?--? , ?'],
  ['SELECT 1 -- canary', 'SELECT ?'],
  ['SELECT "canary, never closed', 'SELECT ?'],
])('values in the forms of MySQL: %s', (sql, text) => {
  expect(describeSql(sql, 'mysql').text).toBe(text)
})

test('no text in quotes ever survives', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), (secret) => {
      const literal = `'canary${secret.replaceAll("'", "''")}'`
      expect(describeSql(`SELECT a FROM t WHERE b = ${literal} AND c = 1`).text).not.toContain('canary')
    }),
  )
})

test('a long statement is cut to its stated length, and its summary, too', () => {
  const many = Array.from({ length: 200 }, (_, index) => `JOIN table_${index} ON 1 = 1`).join(' ')
  const { text, summary } = describeSql(`SELECT * FROM first ${many}`)
  expect(text).toHaveLength(2000)
  expect(summary).toHaveLength(255)
})
