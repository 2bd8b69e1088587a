import { expect, test } from 'vitest'
import { parseDependency, parsePair } from '../../../src/trial/survey/parse-dependency.ts'

const DATABASE = { name: 'db', variable: 'DATABASE_URL', origin: 'flag' } as const

test.each([
  ['postgres://u:p@db.internal/shop', 'db.internal', 5432, 'postgresql', 'postgres://u:p@{host}:{port}/shop'],
  ['postgresql+asyncpg://db:6543/shop?x=1', 'db', 6543, 'postgresql', 'postgresql+asyncpg://{host}:{port}/shop?x=1'],
  ['redis://[::1]:6380', '::1', 6380, 'redis', 'redis://{host}:{port}'],
  ['http://payments/v1', 'payments', 80, 'http', 'http://{host}:{port}/v1'],
  ['mongodb://a:1,b:2/shop', 'a', 1, 'mongodb', 'mongodb://{host}:{port}/shop'],
  ['localhost:9092,other:9092', 'localhost', 9092, 'kafka', '{host}:{port}'],
  ['10.0.0.1:4000', '10.0.0.1', 4000, 'tcp', '{host}:{port}'],
])('%s', (value, host, port, protocol, template) => {
  expect(parseDependency(DATABASE, value)).toEqual({ ...DATABASE, host, port, protocol, template })
})

test.each([
  ['https://localhost/v1', 'localhost', 443, 'tcp', 'https://localhost:{port}/v1'],
  ['rediss://u:p@127.0.0.1:6380', '127.0.0.1', 6380, 'tcp', 'rediss://u:p@127.0.0.1:{port}'],
  [
    'postgres://localhost/a?sslmode=require',
    'localhost',
    5432,
    'postgresql',
    'postgres://localhost:{port}/a?sslmode=require',
  ],
])('%s is encrypted: on this machine a proxy is there under the same name', (value, host, port, protocol, template) => {
  expect(parseDependency(DATABASE, value)).toEqual({ ...DATABASE, host, port, protocol, template })
})

test('a host and a port in a variable each are told apart, and the template is that of the host', () => {
  const pair = { ...DATABASE, variable: 'DB_HOST', portVariable: 'DB_PORT' }
  const found = { ...pair, template: '{host}', port: 5432, protocol: 'postgresql' }
  expect(parsePair(pair, 'db.internal', '5432')).toEqual({ ...found, host: 'db.internal' })
  expect(parsePair(pair, '::1', ' 5432 ')).toEqual({ ...found, host: '::1' })
  expect(parsePair(pair, '[::1]', '5432')).toEqual({ ...found, host: '::1' })
  for (const [host, port] of [
    ['http://db', '5432'],
    ['db', ''],
    ['db', '0'],
    ['', '1'],
    ['a,b', '1'],
  ] as const)
    expect(parsePair(pair, host, port)).toBeUndefined()
})

test.each([
  'https://payments/v1',
  'postgres://db/shop?sslmode=verify-full',
  'mysql://db/shop?ssl=true&x=1',
  'rediss://cache:6380',
  'mongodb+srv://x/y',
  'tcp://host',
  'hello',
  '',
  'a:0',
  'a:70000',
  'C:/x',
])('%j is no address that a proxy can stand in front of', (value) => {
  expect(parseDependency(DATABASE, value)).toBeUndefined()
})
