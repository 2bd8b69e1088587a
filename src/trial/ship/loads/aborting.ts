import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { callWhenDue } from './due-times.ts'
import type { LoadContext } from './load-context.ts'
import { openClient } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/**
 * Requests that the client gives up: it closes the connection, over HTTP/2 the stream, and that is all that the service
 * hears of it.
 */
export function sendAndGiveUp(
  context: LoadContext,
  options: RequestShape & { readonly perSecond: number; readonly afterMs: number },
): ActiveLoad {
  const load = new ActiveLoad()
  callWhenDue(context, load, options.perSecond, (dueAt) => {
    if (!load.isOpening) return
    const client = openClient(context, 'aborting')
    const cancel = context.clock.schedule(options.afterMs, () => client.giveUp())
    void load.track(client.send(prepareRequest(context, 'aborting', options), dueAt)).then(() => {
      cancel()
      client.close()
    })
  })
  return load
}
