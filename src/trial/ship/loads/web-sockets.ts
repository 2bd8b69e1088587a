import { RawWebSocket } from '../../../load/raw-web-socket.ts'
import { ActiveLoad } from './active-load.ts'
import type { Abandonable, LoadContext } from './load-context.ts'

/** Between two messages of a socket that chats. */
const CHAT_EVERY_MS = 250
/** Longer than any voyage: the end of a socket is not a matter of patience. */
const SOCKET_TIMEOUT_MS = 60 * 60 * 1000

/** What {@link openWebSockets} is told. */
export interface WebSocketOptions {
  readonly path: string
  readonly idle: number
  readonly chatting: number
}

/** WebSockets that say nothing, and some that say something four times a second. None is made anew. */
export function openWebSockets(context: LoadContext, options: WebSocketOptions): ActiveLoad {
  const load = new ActiveLoad()
  const sockets: (Abandonable | undefined)[] = []
  for (let count = 0; count < options.idle + options.chatting; count++) {
    sockets.push(openWebSocket(context, load, options.path, count >= options.idle))
  }
  load.onStopped(() => {
    for (const socket of sockets) socket?.abandon()
  })
  return load
}

function openWebSocket(
  context: LoadContext,
  load: ActiveLoad,
  path: string,
  isChatting: boolean,
): Abandonable | undefined {
  const { history, clock } = context
  const id = context.nextConnectionId()
  const socketEvent = { kind: 'socket', id, type: 'websocket', isChatting } as const
  const target = context.target()
  if (target === undefined) {
    history.add({ ...socketEvent, what: 'refused' })
    return undefined
  }
  let wasOpened = false
  let isAbandoned = false
  const chat = (): void => {
    socket.say('seaworthy')
    cancelChat = clock.schedule(CHAT_EVERY_MS, chat)
  }
  let cancelChat = (): void => {}
  const socket = new RawWebSocket({
    ...context.wireTo(target),
    onOpen: () => {
      wasOpened = true
      history.add({ ...socketEvent, what: 'opened' })
      if (isChatting) chat()
    },
    onMessage: () => history.add({ ...socketEvent, what: 'message' }),
  })
  const open: Abandonable = {
    abandon: () => {
      isAbandoned = true
      socket.close()
    },
  }
  context.open.add(open)
  load.onSendingEnds(() => cancelChat())
  void socket.request({ path, timeoutMs: SOCKET_TIMEOUT_MS }).then(({ outcome, status }) => {
    cancelChat()
    context.open.delete(open)
    if (!wasOpened) return history.add({ ...socketEvent, what: 'refused' })
    if (isAbandoned) return history.add({ ...socketEvent, what: 'closed', code: ABNORMAL, by: 'client' })
    const code = outcome === 'answered' ? (status ?? ABNORMAL) : ABNORMAL
    return history.add({ ...socketEvent, what: 'closed', code, by: 'service' })
  })
  return open
}

/** What is said of an end without a close frame (RFC 6455 §7.4.1). */
const ABNORMAL = 1006
