import { expect, test } from 'vitest'
import { parseDependency } from '../../../src/trial/survey/parse-dependency.ts'

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
  'https://payments/v1',
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
