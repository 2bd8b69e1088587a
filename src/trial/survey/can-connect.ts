import { connect } from 'node:net'
import type { Clock } from '../../core/clock.ts'

const LIMIT_MS = 500

/** Whether somebody takes connections there. */
export function canConnect(
  clock: Clock,
  { host, port }: { readonly host: string; readonly port: number },
  limitMs = LIMIT_MS,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (isThere: boolean): void => {
      cancel()
      socket.destroy()
      resolve(isThere)
    }
    const cancel = clock.schedule(limitMs, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
