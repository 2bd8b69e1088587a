import type { RequestListener } from 'node:http'
import type { ProbeHandler } from '../server/probe-handler.ts'
import type { TrackableServer } from '../server/server-drain.ts'

/** Puts the probes before whatever handles requests of `server`: its handlers run only for what is no probe. */
export function answerProbesFirst(server: TrackableServer, answer: ProbeHandler): void {
  const handlers = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (...[request, response]: Parameters<RequestListener>) => {
    if (answer(request, response)) return
    for (const handler of handlers) handler.call(server, request, response)
  })
}
