import type { Socket } from 'node:net'
import type { FaultyIntake } from './intake.ts'

/** Shows a new connection to the fault of this moment. @returns whether it is not to be served */
export function meetConnection(socket: Socket, { faults, hopeless }: FaultyIntake): boolean {
  const fault = faults.meet('connection')
  if (fault === undefined) return false
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
