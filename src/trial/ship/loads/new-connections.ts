import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { callWhenDue } from './due-times.ts'
import type { LoadContext } from './load-context.ts'
import { openClient } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/** As many as a service that hangs may leave waiting; what is due beyond is not sent, and counted. */
const MAX_IN_FLIGHT = 1000

/** Requests, each on a connection of its own, or a session of HTTP/2. */
export function sendOnNewConnections(
  context: LoadContext,
  options: RequestShape & { readonly perSecond: number },
): ActiveLoad {
  const load = new ActiveLoad()
  callWhenDue(context, load, options.perSecond, (dueAt) => {
    if (!load.isOpening) return
    if (load.inFlightCount >= MAX_IN_FLIGHT) return load.drop()
    const client = openClient(context, 'new')
    void load.track(client.send(prepareRequest(context, 'new', options), dueAt)).then(() => client.close())
  })
  return load
}
