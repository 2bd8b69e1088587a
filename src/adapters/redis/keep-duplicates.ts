import type { Log } from 'seaworthy'
import { destroyClient } from './destroy-client.ts'
import type { RedisInternals } from './redis-client.ts'

interface DuplicatesPlan {
  readonly dependency: string
  readonly log: Log
}

/**
 * Looks after the clients that are made of one by `duplicate()`: for subscriptions, and for commands that block. What they
 * do is up to their owner; but their errors have a listener, and they end with the client.
 *
 * @returns ends them
 */
export function keepDuplicates(client: RedisInternals, { dependency, log }: DuplicatesPlan): () => void {
  const { duplicate } = client
  if (typeof duplicate !== 'function') return () => {}
  const copies = new Set<WeakRef<RedisInternals>>()
  let isEnded = false
  client.duplicate = function (this: RedisInternals, ...args: unknown[]) {
    const copy: RedisInternals = Reflect.apply(duplicate, this, args)
    // One line for each time that it is away.
    let isTold = false
    copy.on('error', (error) => {
      if (isTold || isEnded) return
      isTold = true
      const text = `${dependency}: a duplicate of the client lost its connection to Redis: ${error.message}`
      log.warn({ err: error, dependency }, text)
    })
    copy.on('ready', () => void (isTold = false))
    // One that was ended while it dialled does not know the connection that it then has.
    copy.on('connect', () => void (isEnded && destroyClient(copy)))
    for (const known of copies) if (known.deref() === undefined) copies.delete(known)
    copies.add(new WeakRef(copy))
    return copy
  }
  return () => {
    isEnded = true
    for (const known of copies) {
      const copy = known.deref()
      if (copy !== undefined) destroyClient(copy)
    }
    copies.clear()
  }
}
