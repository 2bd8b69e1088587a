import type { RequestShape } from '../loads.ts'
import type { ActiveLoad } from './active-load.ts'
import { ClientConnection } from './client-connection.ts'
import { keepInFlight } from './in-flight.ts'
import type { LoadContext } from './load-context.ts'
import { prepareRequest } from './prepare-request.ts'

/** Requests whose answers are read slowly: of a large one, most waits in the service until the client takes it. */
export function readSlowly(
  context: LoadContext,
  options: RequestShape & { readonly inFlight: number; readonly bytesPerSecond: number },
): ActiveLoad {
  return keepInFlight(context, {
    inFlight: options.inFlight,
    spreadMs: 300,
    send: async () => {
      const connection = new ClientConnection(context, 'slow-reader', { readBytesPerSecond: options.bytesPerSecond })
      await connection.send(prepareRequest(context, 'slow-reader', options), context.clock.now())
      connection.close()
    },
  })
}
