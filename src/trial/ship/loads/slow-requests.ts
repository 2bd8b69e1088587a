import type { Route } from '../../facts.ts'
import type { RequestShape } from '../loads.ts'
import type { ActiveLoad } from './active-load.ts'
import { drip } from './drip.ts'
import { keepInFlight } from './in-flight.ts'
import type { LoadContext } from './load-context.ts'
import { openClient, speaksHttp2Only } from './open-client.ts'
import { prepareRequest } from './prepare-request.ts'

/** Within it the first ones begin. */
const SPREAD_MS = 300
/** Longer than most drains need to begin, and shorter than any grace. */
const DRIP_MS = 1500

/** Keeps requests in flight that take long, by whatever means there is: over HTTP/2, uploads are not dripped. */
export function sendSlowRequests(
  context: LoadContext,
  options: RequestShape & { readonly inFlight: number },
): ActiveLoad {
  const { facts } = context
  const slow: Route | undefined = options.route ?? facts.slow
  if (
    slow === undefined &&
    !speaksHttp2Only(context) &&
    (facts.upload !== undefined || facts.dependencies.length === 0)
  ) {
    return drip(context, { ...options, lastMs: DRIP_MS })
  }
  return keepInFlight(context, {
    inFlight: options.inFlight,
    spreadMs: SPREAD_MS,
    send: async () => {
      const shape = slow === undefined ? options : { ...options, route: slow }
      const client = openClient(context, 'slow')
      await client.send(prepareRequest(context, 'slow', shape), context.clock.now())
      client.close()
    },
  })
}
