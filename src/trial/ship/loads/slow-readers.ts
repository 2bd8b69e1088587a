import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { ClientConnection } from './client-connection.ts'
import { keepInFlight } from './in-flight.ts'
import type { LoadContext } from './load-context.ts'
import { speaksHttp2Only } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/**
 * Requests whose answers are read slowly: of a large one, most waits in the service until the client takes it. A service
 * that speaks HTTP/2 only gets none: it never has more to send than the window of the stream.
 */
export function readSlowly(
  context: LoadContext,
  options: RequestShape & { readonly inFlight: number; readonly bytesPerSecond: number },
): ActiveLoad {
  if (speaksHttp2Only(context)) return new ActiveLoad()
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
