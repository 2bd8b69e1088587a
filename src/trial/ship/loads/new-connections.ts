import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { ClientConnection } from './client-connection.ts'
import { callWhenDue } from './due-times.ts'
import type { LoadContext } from './load-context.ts'
import { prepareRequest } from './prepare-request.ts'

/** As many as a service that hangs may leave waiting; what is due beyond is not sent, and counted. */
const MAX_IN_FLIGHT = 1000

/** Requests, each on a connection of its own. */
export function sendOnNewConnections(
  context: LoadContext,
  options: RequestShape & { readonly perSecond: number },
): ActiveLoad {
  const load = new ActiveLoad()
  callWhenDue(context, load, options.perSecond, (dueAt) => {
    if (!load.isOpening) return
    if (load.inFlightCount >= MAX_IN_FLIGHT) return load.drop()
    const connection = new ClientConnection(context, 'new')
    void load.track(connection.send(prepareRequest(context, 'new', options), dueAt)).then(() => connection.close())
  })
  return load
}
