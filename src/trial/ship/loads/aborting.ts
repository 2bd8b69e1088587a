import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { ClientConnection } from './client-connection.ts'
import { callWhenDue } from './due-times.ts'
import type { LoadContext } from './load-context.ts'
import { prepareRequest } from './prepare-request.ts'

/** Requests that the client gives up: it closes the connection, and that is all that the service hears of it. */
export function sendAndGiveUp(
  context: LoadContext,
  options: RequestShape & { readonly perSecond: number; readonly afterMs: number },
): ActiveLoad {
  const load = new ActiveLoad()
  callWhenDue(context, load, options.perSecond, (dueAt) => {
    if (!load.isOpening) return
    const connection = new ClientConnection(context, 'aborting')
    const cancel = context.clock.schedule(options.afterMs, () => connection.giveUp())
    void load.track(connection.send(prepareRequest(context, 'aborting', options), dueAt)).then(() => {
      cancel()
      connection.close()
    })
  })
  return load
}
