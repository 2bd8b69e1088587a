import { RawConnection } from '../../../load/raw-client.ts'
import { ActiveLoad } from './active-load.ts'
import type { Abandonable, LoadContext } from './load-context.ts'

/** Longer than any voyage: the end of a stream is not a matter of patience. */
const STREAM_TIMEOUT_MS = 60 * 60 * 1000
/** What is said of an end in good order, and of any other. */
const CODE = { whole: 1000, abnormal: 1006 } as const

/** What {@link openEventStreams} is told. */
export interface EventStreamOptions {
  readonly path: string
  readonly count: number
}

/** Streams of server-sent events, each on a connection of its own. None is made anew. */
export function openEventStreams(context: LoadContext, { path, count }: EventStreamOptions): ActiveLoad {
  const load = new ActiveLoad()
  const streams = Array.from({ length: count }, () => openEventStream(context, path))
  load.onStopped(() => {
    for (const stream of streams) stream?.abandon()
  })
  return load
}

function openEventStream(context: LoadContext, path: string): Abandonable | undefined {
  const { history } = context
  const id = context.nextConnectionId()
  const streamEvent = { kind: 'socket', id, type: 'sse', isChatting: false } as const
  const target = context.target()
  if (target === undefined) {
    history.add({ ...streamEvent, what: 'refused' })
    return undefined
  }
  let wasOpened = false
  let isAbandoned = false
  const connection = new RawConnection({
    ...context.wireTo(target),
    keepBodyBytes: 0,
    onHead: ({ status, headers }) => {
      wasOpened = status === 200 && /^text\/event-stream\b/i.test(headers['content-type'] ?? '')
      if (wasOpened) history.add({ ...streamEvent, what: 'opened' })
    },
    onBody: () => {
      if (wasOpened) history.add({ ...streamEvent, what: 'message' })
    },
  })
  const open: Abandonable = {
    abandon: () => {
      isAbandoned = true
      connection.close()
    },
  }
  context.open.add(open)
  const request = { path, headers: { Accept: 'text/event-stream' }, timeoutMs: STREAM_TIMEOUT_MS }
  void connection.request(request).then(({ outcome }) => {
    context.open.delete(open)
    connection.close()
    if (!wasOpened) return history.add({ ...streamEvent, what: 'refused' })
    const code = outcome === 'answered' ? CODE.whole : CODE.abnormal
    return history.add({ ...streamEvent, what: 'closed', code, by: isAbandoned ? 'client' : 'service' })
  })
  return open
}
