import { expect, test } from 'vitest'
import { Random } from '../../../src/load/random.ts'
import type { Route } from '../../../src/trial/facts.ts'
import { variableRoute } from '../../../src/trial/manoeuvres/variable-route.ts'

const get = (path: string): Route => ({ method: 'GET', path, headers: { accept: '*/*' } })
const UUID = '0b1c6a52-5f7e-4e0b-9d43-0c8e2b1a7f33'

test.each([
  ['/orders/7', '/orders/{id}', /^\/orders\/\d+$/],
  ['/orders/7/lines?full=1', '/orders/{id}/lines', /^\/orders\/\d+\/lines\?full=1$/],
  ['/shops/1/orders/7', '/shops/1/orders/{id}', /^\/shops\/1\/orders\/\d+$/],
  [`/users/${UUID}`, '/users/{id}', /^\/users\/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/],
  ['/blobs/deadbeef01', '/blobs/{id}', /^\/blobs\/[\da-f]{10}$/],
])('%s asks %s for two hundred ids', (path, template, like) => {
  const variable = variableRoute([get('/'), get(path)], new Random(1))
  if (variable === undefined) throw new Error('none was found')
  const paths = Array.from({ length: 200 }, (_, index) => variable.routeOf(index).path)
  expect(variable.template).toBe(template)
  expect(new Set(paths).size).toBe(200)
  expect(paths.filter((each) => !like.test(each))).toEqual([])
  expect(variable.routeOf(0)).toMatchObject({ method: 'GET', headers: { accept: '*/*' } })
})

test.each(['/', '/facade/decade', '/api/v1/health', '/orders?id=7', '/a1b2'])('%s holds no id', (path) => {
  expect(variableRoute([get(path)], new Random(1))).toBeUndefined()
})

test('what is written to is not asked for others', () => {
  expect(variableRoute([{ ...get('/orders/7'), method: 'POST' }], new Random(1))).toBeUndefined()
})
