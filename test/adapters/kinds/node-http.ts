import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createSecureServer as createHttp2SecureServer, createServer as createHttp2Server } from 'node:http2'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'
import type { ServerKind } from '../contract/server-kind.ts'
import { answerPlainly } from './answer-plainly.ts'
import { addWebSockets } from './web-sockets.ts'

/** Without a router there are no routes: reports name the path. */
const hungName = 'GET /hang/7'

export const nodeHttpKind: ServerKind = {
  name: 'node:http',
  hungName,
  build(deeds) {
    const server = createServer((request, response) => void answerPlainly(deeds, request, response))
    addWebSockets(server)
    return server
  },
}

export const nodeHttpsKind: ServerKind = {
  name: 'node:https',
  wire: 'https',
  hungName,
  build(deeds) {
    const options = selfSignedCertificate()
    const server = createSecureServer(options, (request, response) => void answerPlainly(deeds, request, response))
    addWebSockets(server)
    return server
  },
}

export const h2cKind: ServerKind = {
  name: 'node:http2 without TLS',
  wire: 'h2c',
  notPromised: {
    'fresh says close': 'a session that comes during the drain delay is led away a while after its first stream',
  },
  hungName,
  build: (deeds) => createHttp2Server((request, response) => void answerPlainly(deeds, request, response)),
}

export const h2Kind: ServerKind = {
  name: 'node:http2 with TLS',
  wire: 'h2',
  notPromised: {
    'fresh says close': 'a session that comes during the drain delay is led away a while after its first stream',
  },
  hungName,
  build: (deeds) =>
    createHttp2SecureServer(
      selfSignedCertificate(),
      (request, response) => void answerPlainly(deeds, request, response),
    ),
}

/** The same server, spoken to by clients that know HTTP/1.1 only. */
export const allowHttp1Kind: ServerKind = {
  name: 'node:http2 with allowHTTP1, by HTTP/1.1',
  wire: 'https',
  hungName,
  hasWebSockets: false,
  build: (deeds) =>
    createHttp2SecureServer(
      { ...selfSignedCertificate(), allowHTTP1: true },
      (request, response) => void answerPlainly(deeds, request, response),
    ),
}
