import type { RequestShape } from '../loads.ts'
import { ActiveLoad } from './active-load.ts'
import { ClientSession } from './client-session.ts'
import { callWhenDue } from './due-times.ts'
import type { LoadContext } from './load-context.ts'
import { prepareRequest } from './prepare-request.ts'

/** Streams that a service that hangs may leave waiting; what is due beyond is not sent, and counted. */
const MAX_IN_FLIGHT = 1000

/** What {@link sendOverHttp2} is told. */
export interface Http2LoadOptions extends RequestShape {
  readonly sessions: number
  readonly streamsPerSecond: number
  readonly newSessionsPerSecond: number
}

/**
 * Sessions that take turns with streams; one that has ended or was told to go away is made anew at its next turn, as long
 * as streams are due. Besides, sessions with one stream each.
 */
export function sendOverHttp2(context: LoadContext, options: Http2LoadOptions): ActiveLoad {
  const load = new ActiveLoad()
  const sessions: (ClientSession | undefined)[] = Array.from({ length: options.sessions })
  let turn = 0
  const send = (session: ClientSession, dueAt: number): Promise<unknown> =>
    load.track(session.send(prepareRequest(context, 'http2', options), dueAt))
  callWhenDue(context, load, options.streamsPerSecond, (dueAt) => {
    if (load.inFlightCount >= MAX_IN_FLIGHT) return load.drop()
    const place = turn++ % Math.max(1, sessions.length)
    let session = sessions[place]
    if (session?.isUsable !== true) {
      if (!load.isOpening) return
      session = sessions[place] = new ClientSession(context)
    }
    void send(session, dueAt)
  })
  callWhenDue(context, load, options.newSessionsPerSecond, (dueAt) => {
    if (!load.isOpening) return
    if (load.inFlightCount >= MAX_IN_FLIGHT) return load.drop()
    const session = new ClientSession(context)
    void send(session, dueAt).then(() => session.close())
  })
  load.onStopped(() => {
    for (const session of sessions) session?.close()
  })
  return load
}
