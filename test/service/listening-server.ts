import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { onTestFinished } from 'vitest'
import { gate } from './open-service.ts'

export const hello: RequestListener = (_request, response) => void response.end('hello')

/** A handler that answers when it is told to. */
export function slowHandler() {
  const arrived = gate()
  const answer = gate()
  const handler: RequestListener = (_request, response) => {
    arrived.resolve()
    void answer.promise.then(() => response.end('answered'))
  }
  return { handler, arrived: arrived.promise, answer: answer.resolve }
}

/** A server as an existing application has it: made and told to listen by itself. It is closed with the test. */
export async function listeningServer(handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler)
  closeWithTest(server)
  return { server, url: await listenAnywhere(server) }
}

export function closeWithTest(server: Server): void {
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
}

export async function listenAnywhere(server: NetServer): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
