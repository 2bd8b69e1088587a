import { ActiveLoad } from './active-load.ts'
import type { LoadContext } from './load-context.ts'
import { openClient } from './open-client.ts'

/** Connections that stand and say nothing, or sessions of HTTP/2 without a stream. None is made anew. */
export function keepIdle(context: LoadContext, options: { readonly connections: number }): ActiveLoad {
  const load = new ActiveLoad()
  const clients = Array.from({ length: options.connections }, () => openClient(context, 'idle'))
  for (const client of clients) void client.connect()
  load.onStopped(() => {
    for (const client of clients) client.close()
  })
  return load
}
