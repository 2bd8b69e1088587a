import { ActiveLoad } from './active-load.ts'
import { ClientConnection } from './client-connection.ts'
import type { LoadContext } from './load-context.ts'

/** Connections that stand and say nothing. None is made anew. */
export function keepIdle(context: LoadContext, options: { readonly connections: number }): ActiveLoad {
  const load = new ActiveLoad()
  const connections = Array.from({ length: options.connections }, () => new ClientConnection(context, 'idle'))
  for (const connection of connections) void connection.connect()
  load.onStopped(() => {
    for (const connection of connections) connection.close()
  })
  return load
}
