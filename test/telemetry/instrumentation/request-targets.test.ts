import type { ClientRequest } from 'node:http'
import { expect, test } from 'vitest'
import {
  originOfAuthority,
  targetOfFetch,
  targetOfRequest,
} from '../../../src/telemetry/instrumentation/request-targets.ts'

function requestTo(host: string, header: string): ClientRequest {
  const request = { method: 'GET', path: '/', protocol: 'http:', host, getHeader: () => header }
  return request as unknown as ClientRequest
}

test('hosts that are asked again are the same, as long as they are no more than 200', () => {
  const first = originOfAuthority('http', 'first.example:81')
  expect(first).toMatchObject({ host: 'first.example', port: 81 })
  expect(originOfAuthority('http', 'first.example:81')).toBe(first)
  for (let index = 0; index < 200; index++) originOfAuthority('http', `host-${index}.example`)
  expect(originOfAuthority('http', 'first.example:81')).not.toBe(first)
})

test('one name of two hosts does not make them one', () => {
  const named = targetOfRequest(requestTo('shop.example', 'shop.example:8080'))
  const other = targetOfRequest(requestTo('10.0.0.1', 'shop.example:8080'))
  expect([named.origin.host, named.origin.port]).toEqual(['shop.example', 8080])
  expect(other.origin.host).toBe('10.0.0.1')
  expect(targetOfRequest(requestTo('shop.example', 'shop.example:8080')).origin).toBe(named.origin)
})

test('an origin with credentials is described without them, and they are not kept', () => {
  const described = (): ReturnType<typeof targetOfFetch> => targetOfFetch('GET', 'http://user:pass@h.example:81', '/a')
  expect(described()?.url).toBe('http://h.example:81/a')
  expect(described()?.origin).not.toBe(described()?.origin)
  const plain = (): ReturnType<typeof targetOfFetch> => targetOfFetch('GET', 'http://h.example:81', '/a')
  expect(plain()?.origin).toBe(plain()?.origin)
})
