import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import type { Client } from './client.ts'
import { sleep } from '../../../core/wait.ts'
import type { LoadContext } from './load-context.ts'
import { openClient } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/** After a request without an answer, so that a port that refuses is not hammered. */
const PAUSE_AFTER_FAILURE_MS = 20

/** As fast as the service answers: each connection sends its next request as soon as the last is answered. */
export function burn(context: LoadContext, options: RequestShape & { readonly connections: number }): ActiveLoad {
  const load = new ActiveLoad()
  const ended = new AbortController()
  load.onSendingEnds(() => ended.abort())
  const runConnection = async (): Promise<void> => {
    let client: Client | undefined
    while (load.isSending) {
      if (client?.isUsable !== true) client = openClient(context, 'burn')
      const prepared = prepareRequest(context, 'burn', options)
      const { outcome } = await load.track(client.send(prepared, context.clock.now()))
      if (outcome !== 'answered') await sleep(context.clock, PAUSE_AFTER_FAILURE_MS, { signal: ended.signal })
    }
    client?.close()
  }
  for (let count = 0; count < options.connections; count++) void runConnection()
  return load
}
