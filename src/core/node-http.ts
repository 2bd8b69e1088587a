import type { Server as HttpServer, ServerResponse as HttpServerResponse } from 'node:http'

/**
 * What is used of `node:http`. Not imported from there, because `import` reads every export of a module of Node's, and
 * reading those for `fetch` and WebSockets loads all of them, with HTTP/2 and TLS: 25 ms and 13 MiB of every start, in
 * services that use none of it.
 */
export const {
  Agent,
  ClientRequest,
  createServer,
  request,
  Server,
  ServerResponse,
  STATUS_CODES,
  validateHeaderName,
  validateHeaderValue,
} = process.getBuiltinModule('node:http')

// As types, too, which a class has when it is declared.
export type Server = HttpServer
export type ServerResponse = HttpServerResponse
