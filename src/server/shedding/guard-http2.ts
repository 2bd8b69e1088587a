import { EventEmitter } from 'node:events'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { StreamLedger } from '../http2-ledger.ts'
import type { AnyHttp2Server } from '../http2-server.ts'
import type { Judge } from './judge.ts'
import { inheritedEmit, overrideEmit } from './override-emit.ts'

/**
 * The same for the streams of an HTTP/2 server, whichever of Node's two APIs its handlers use: both begin with the event
 * `stream`. Each is in the account already.
 *
 * @returns takes it off again
 */
export function guardHttp2(
  server: AnyHttp2Server,
  ledger: StreamLedger,
  judge: Judge,
  refuse: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): () => void {
  const refused = new EventEmitter()
  refused.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => refuse(stream, headers))
  return overrideEmit(server, (original, args) => {
    if (args[0] !== 'stream' || judge.isIdle) return original.apply(server, args)
    const stream = args[1] as ServerHttp2Stream
    const headers = args[2] as IncomingHttpHeaders
    const verdict = judge.judge(headers[':method'] ?? 'GET', headers[':path'] ?? '', headers)
    if (verdict !== 'serve') ledger.setAside(stream)
    return verdict === 'refuse' ? inheritedEmit(server).apply(refused, args) : original.apply(server, args)
  })
}
