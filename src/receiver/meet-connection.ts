import type { Socket } from 'node:net'
import type { FaultyIntake } from './intake.ts'

const NOTHING = { signal: 'unknown', transport: 'unknown', byteCount: 0, itemCount: 0 } as const

/** Shows a new connection to the fault of this moment. @returns whether it is not to be served */
export function meetConnection(socket: Socket, { faults, hopeless, clock, onExport }: FaultyIntake): boolean {
  const fault = faults.meet('connection')
  if (fault === undefined) return false
  const startedAtMs = clock.now()
  socket.once('close', () => onExport?.({ ...NOTHING, startedAtMs, endedAtMs: clock.now(), fault: fault.kind }))
  if (fault.kind === 'reset') {
    socket.resetAndDestroy()
    return true
  }
  hopeless.add(socket)
  socket.once('close', () => hopeless.delete(socket))
  socket.on('end', () => socket.end())
  socket.resume()
  return true
}
