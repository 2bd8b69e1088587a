import { fastify } from 'fastify'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { createServer } from 'node:http'
import { attach, isSeaworthyError } from 'seaworthy'
import { attach as attachExpress, fromExpress } from 'seaworthy/express'
import { attach as attachFastify, fromFastify } from 'seaworthy/fastify'
import { attach as attachGrpc, fromGrpc } from 'seaworthy/grpc'
import { attach as attachHono, fromHono } from 'seaworthy/hono'
import { attach as attachKoa, fromKoa } from 'seaworthy/koa'
import { attach as attachNest, fromNest } from 'seaworthy/nest'
import { attach as attachSocketIo, withSocketIo } from 'seaworthy/socket.io'
import { attach as attachWs, withWebSockets } from 'seaworthy/ws'
import { describe, expect, test } from 'vitest'
import { quietService } from '../service/open-service.ts'

/** As JavaScript lets anybody call it. */
type Loose = (...args: unknown[]) => unknown

const ATTACH = {
  express: attachExpress as Loose,
  fastify: attachFastify as Loose,
  grpc: attachGrpc as Loose,
  hono: attachHono as Loose,
  koa: attachKoa as Loose,
  nest: attachNest as Loose,
  'socket.io': attachSocketIo as Loose,
  ws: attachWs as Loose,
}

const FROM: readonly (readonly [string, Loose])[] = [
  ['fromExpress()', fromExpress as Loose],
  ['fromFastify()', fromFastify as Loose],
  ['fromGrpc()', fromGrpc as Loose],
  ['fromHono()', fromHono as Loose],
  ['fromKoa()', fromKoa as Loose],
  ['fromNest()', fromNest as Loose],
  ['withSocketIo()', withSocketIo as Loose],
  ['withWebSockets()', withWebSockets as Loose],
]

function refusal(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (isSeaworthyError(error, 'SEA_OPTIONS_INVALID')) return error.describe()
    throw error
  }
  throw new Error('it was accepted')
}

describe.each(Object.entries(ATTACH))('attach of seaworthy/%s', (name, attachTo) => {
  test.each([['nope'], [undefined], [null], [{}]])('refuses %j in the place of the application', (target) => {
    const said = refusal(() => attachTo(quietService(), target))
    expect(said).toContain(`attach() of seaworthy/${name}:`)
    expect(said).toContain('the second argument must be a')
  })

  test('tells that its arguments are swapped', () => {
    const said = refusal(() => attachTo({}, quietService()))
    expect(said).toContain('the first argument must be what createService() returned')
    expect(said).toContain('Pass the service first')
  })

  test('refuses an option that does not exist, and a port that is none', () => {
    const said = refusal(() => attachTo(quietService(), {}, { prot: 80, port: '' }))
    expect(said).toContain('"prot" is not an option. Did you mean "port"?')
    expect(said).toContain('"port" expected a whole number, got ""')
    expect(refusal(() => attachTo(quietService(), {}, { port: undefined }))).toContain('"port" is undefined')
  })
})

test.each(FROM)('%s refuses what is no application, where it is called', (call, make) => {
  expect(refusal(() => make('nope'))).toContain(`${call}: the first argument must be a`)
})

test.each([
  ['koa', 'fastify', new Koa()],
  ['express', 'fastify', express()],
  ['fastify', 'express', fastify()],
  ['hono', 'koa', new Hono()],
] as const)('an application of %s that is given to the attach of %s is sent to its own', (right, wrong, app) => {
  expect(refusal(() => ATTACH[wrong](quietService(), app))).toContain(`Import attach from seaworthy/${right}.`)
})

test('a server that is given to the attach of a framework, and a thing that is no server of a WebSocketServer', () => {
  expect(refusal(() => attachFastify(quietService(), createServer() as never))).toContain(
    'Import attach from seaworthy',
  )
  const wrong = { server: 'x' } as never
  expect(refusal(() => attachKoa(quietService(), new Koa(), wrong))).toContain('"server" must be a server of Node')
  expect(refusal(() => attachHono(quietService(), new Hono(), {} as never))).toContain('"server" is required')
})

test('a host without a port, and a port of a server that listens already', async () => {
  expect(refusal(() => attachExpress(quietService(), express(), { host: '::1' }))).toContain('"host" needs "port"')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const said = [attach, attachExpress].map((each) => refusal(() => each(quietService(), server, { port: 80 })))
  expect(said).toEqual([expect.stringContaining('listens already'), expect.stringContaining('listens already')])
  server.close()
})
