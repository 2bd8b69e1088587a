import express, { type Express, type Response } from 'express'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { fromExpress } from 'seaworthy/express'
import { withWebSockets } from 'seaworthy/ws'
import type { Deeds } from '../contract/deeds.ts'
import type { ServerKind } from '../contract/server-kind.ts'
import { addWebSockets } from './web-sockets.ts'

type MakeExpress = typeof express

const require = createRequire(import.meta.url)

/** The same interface, as far as it is used here; it brings no types of its own. */
export const express4 = require('express-4') as MakeExpress

export const express5Kind: ServerKind = toKind('express 5', express)
export const express4Kind: ServerKind = toKind('express 4', express4)

function toKind(name: string, make: MakeExpress): ServerKind {
  return {
    name,
    // Below a mounted router with a parameter of its own, as services have them.
    hungName: 'GET /hang/:id',
    build(deeds) {
      const application = fromExpress(buildExpress(make, deeds))
      return withWebSockets(addWebSockets(application.server), application)
    },
  }
}

/** The routes; errors of promises are passed on by hand, as Express 4 wants it. */
export function buildExpress(make: MakeExpress, deeds: Deeds): Express {
  const app = make()
  app.use(make.text())
  app.get('/fast', (_request, response) => void response.send(deeds.fast()))
  app.get('/slow/:ms', (request, response, next) => {
    deeds.slow(request.params.ms).then((text) => response.send(text), next)
  })
  app.get('/stream', (_request, response) => void Readable.from(deeds.stream()).pipe(response))
  app.post('/echo', (request, response) => void response.send(deeds.echo(request.body as string)))
  app.get('/sse', (_request, response) => sendEvents(response, deeds))
  app.get('/hang/:id', () => void deeds.hang())
  app.get('/boom', () => deeds.boom())
  app.get('/signal', (request, response, next) => {
    deeds.untilAborted(request.signal).then((text) => response.send(text), next)
  })
  app.use((_error: Error, _request: unknown, response: Response, _next: unknown) => {
    response.status(500).send('failed')
  })
  return app
}

function sendEvents(response: Response, deeds: Deeds): void {
  const source = Readable.from(deeds.events())
  response.type('text/event-stream')
  response.on('close', () => source.destroy())
  source.pipe(response)
}
