import { untilAborted } from './until-aborted.ts'

/** What says that its connection is there, and that it was lost: clients of `ioredis` do. */
export interface ConnectionTeller {
  readonly status?: string
  on?(event: 'ready' | 'close', listener: () => void): unknown
  off?(event: 'ready' | 'close', listener: () => void): unknown
}

/**
 * Asks a client something, and waits no longer than the connection lasts on which it was asked: of one that sends nothing
 * again (`autoResendUnfulfilledCommands: false` of ioredis), the answer would never come. What waits for a connection
 * goes on waiting: it is still to be sent.
 */
export async function untilConnectionLost<T>(client: ConnectionTeller, ask: () => PromiseLike<T>): Promise<T> {
  const lost = new AbortController()
  let wasSent = client.status === 'ready'
  const onReady = (): void => void (wasSent = true)
  const onClose = (): void => {
    if (wasSent) lost.abort(new Error('the connection was lost before the answer came'))
  }
  client.on?.('ready', onReady)
  client.on?.('close', onClose)
  try {
    return await untilAborted(lost.signal, ask())
  } finally {
    client.off?.('ready', onReady)
    client.off?.('close', onClose)
  }
}
