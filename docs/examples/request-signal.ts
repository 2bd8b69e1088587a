// A handler that ends when its client goes away, or when its time in a shutdown runs out.
import { createService, signalOf } from 'seaworthy'

const service = createService({
  name: 'reports',
  admin: { port: 0 },
  shutdown: { drainDelay: 0, inFlight: 500 },
})
let hasBegun = (): void => {}
const begun = new Promise<void>((resolve) => (hasBegun = resolve))
const slowQuery = (signal: AbortSignal): Promise<string> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
    hasBegun()
  })

// #region signal
const web = service.listener('web', {
  start: () => async (request, response) => {
    try {
      response.end(await slowQuery(signalOf(request)))
    } catch {
      // In a shutdown there is still time to say so; a client that has gone away hears nothing.
      if (!response.destroyed) response.writeHead(503, { 'retry-after': '1' }).end()
    }
  },
})
// #endregion signal

await service.start()
const answer = fetch(service.address(web)?.url ?? '')
await begun
const report = await service.stop()
const { status } = await answer
if (status !== 503 || !report.clean) throw new Error('the handler was not told')
