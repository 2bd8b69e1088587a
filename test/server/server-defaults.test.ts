import { createServer, type ServerOptions } from 'node:http'
import { expect, test } from 'vitest'
import { applyServerDefaults } from '../../src/server/server-defaults.ts'

function timeouts(options: ServerOptions) {
  const server = createServer(options)
  applyServerDefaults(server)
  const { keepAliveTimeout, headersTimeout, requestTimeout } = server
  return { keepAliveTimeout, headersTimeout, requestTimeout }
}

test("where the user left Node's defaults, idle connections outlive those of a load balancer", () => {
  expect(timeouts({})).toEqual({ keepAliveTimeout: 65_000, headersTimeout: 66_000, requestTimeout: 300_000 })
})

test('what the user chose stays', () => {
  expect(timeouts({ keepAliveTimeout: 3000, headersTimeout: 4000, requestTimeout: 9000 })).toEqual({
    keepAliveTimeout: 3000,
    headersTimeout: 4000,
    requestTimeout: 9000,
  })
})

test('headers never get more time than the whole request', () => {
  expect(timeouts({ requestTimeout: 66_000 }).headersTimeout).toBe(60_000)
  expect(timeouts({ requestTimeout: 66_001 }).headersTimeout).toBe(66_000)
  expect(timeouts({ requestTimeout: 10_000 }).headersTimeout).toBe(10_000)
})
