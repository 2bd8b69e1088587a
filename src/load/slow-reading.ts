import type { Socket } from 'node:net'

import type { Clock } from '../core/clock.ts'

/** Reads of `socket` no more than so many bytes a second on average: after each piece it pauses for as long as that takes. */
export function slowReading(socket: Socket, clock: Clock, bytesPerSecond: number): void {
  socket.on('data', (bytes: Buffer) => {
    socket.pause()
    clock.schedule((bytes.length / bytesPerSecond) * 1000, () => void socket.resume(), { keepAlive: false })
  })
}
