import type { LogTarget } from '../../src/logging/log-target.ts'

/** A target with room for so many bytes, as a pipe has it: it takes a part, or fails with `EAGAIN`, or as it is told. */
export class LimitedTarget implements LogTarget {
  text = ''
  attempts = 0
  isClosed = false
  /** Bytes that it still takes. */
  room: number
  /** Fails each write with this code. */
  failure: string | undefined

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room
  }

  write(bytes: string | Uint8Array): number {
    if (this.isClosed) throw new Error('written to after it was closed')
    this.attempts++
    if (this.failure !== undefined) throw Object.assign(new Error(this.failure), { code: this.failure })
    if (this.room === 0) throw Object.assign(new Error('no room'), { code: 'EAGAIN' })
    const taken = Buffer.from(bytes).subarray(0, this.room)
    this.room -= taken.length
    this.text += taken.toString('latin1')
    return taken.length
  }

  close(): void {
    this.isClosed = true
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1)
  }
}
