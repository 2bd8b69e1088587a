import type { Client } from './client.ts'
import { ClientConnection } from './client-connection.ts'
import { ClientSession } from './client-session.ts'
import type { LoadContext } from './load-context.ts'

/** Of a service that speaks both, HTTP/1.1 is asked: most clients and every kubelet do, and its stops are the harder ones. */
export function openClient(context: LoadContext, load: string): Client {
  return speaksHttp2Only(context) ? new ClientSession(context) : new ClientConnection(context, load)
}

/** Whether loads of bytes of HTTP/1.1, such as half a request, have nobody there who would understand them. */
export function speaksHttp2Only({ facts: { protocol } }: LoadContext): boolean {
  return protocol.h2c && !protocol.http1
}
