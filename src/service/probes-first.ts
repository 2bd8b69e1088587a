import type { RequestListener } from 'node:http'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { speaksHttp } from '../server/bound-address.ts'
import type { ProbeHandler } from '../server/probe-handler.ts'
import type { TrackableServer } from '../server/server-drain.ts'

/**
 * Puts the probes before whatever handles requests of `server`: its handlers run only for what is no probe.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a server that speaks no HTTP
 */
export function answerProbesFirst(name: string, server: TrackableServer, answer: ProbeHandler): void {
  requireHttp(name, 'probes', server, 'Leave out "probes": they are answered on the admin port.')
  const handlers = server.listeners('request') as RequestListener[]
  server.removeAllListeners('request')
  server.on('request', (...[request, response]: Parameters<RequestListener>) => {
    if (answer(request, response)) return
    for (const handler of handlers) handler.call(server, request, response)
  })
}

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` for a server that speaks no HTTP, where `option` needs one that does */
export function requireHttp(name: string, option: string, server: TrackableServer, hint: string): void {
  if (speaksHttp(server)) return
  const message = `"${option}" of listener "${name}": its server does not speak HTTP`
  throw new SeaworthyError('SEA_OPTIONS_INVALID', message, { hint })
}
