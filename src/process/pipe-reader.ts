import { closeSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Cancel, Clock } from '../core/clock.ts'

/** Where the output of a process is read. */
export interface PipeReader {
  /** Resolves when all of it was read and nobody can write any more, or when it was closed. Never rejects. */
  readonly ended: Promise<void>
  /** From now on as fast as it comes. */
  hurry(): void
  /** Reads no more. Safe to call again. */
  close(): void
}

/** Reads as fast as it comes. */
export function readQuickly(readEnd: number, onBytes: (bytes: Buffer) => void): PipeReader {
  const input = new Socket({ fd: readEnd, readable: true, writable: false })
  input.on('data', onBytes).on('error', () => input.destroy())
  return {
    ended: new Promise((resolve) => input.once('close', () => resolve())),
    hurry: () => {},
    close: () => void input.destroy(),
  }
}

/** How much a slow reader takes at a time, and how often: 16 KiB a second, so that 64 KiB are full after a while. */
const SIP_BYTES = 4096
const SIP_MS = 250

/** Reads a little at a time, as a log collector that can't keep up: the pipe fills, and whoever writes has to wait. */
export function readSlowly(readEnd: number, onBytes: (bytes: Buffer) => void, clock: Clock): PipeReader {
  let quick: PipeReader | undefined
  let cancel: Cancel = () => {}
  let resolveEnded: () => void = () => {}
  const ended = new Promise<void>((resolve) => (resolveEnded = resolve))
  const sip = (): void => {
    const bytes = Buffer.allocUnsafe(SIP_BYTES)
    try {
      const length = readSync(readEnd, bytes, 0, SIP_BYTES, null)
      if (length === 0) return finish()
      onBytes(bytes.subarray(0, length))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return finish()
    }
    cancel = clock.schedule(SIP_MS, sip, { keepAlive: false })
  }
  const finish = (): void => {
    cancel()
    closeSync(readEnd)
    resolveEnded()
    stop = () => {}
    hurry = () => {}
  }
  let stop = finish
  let hurry = (): void => {
    cancel()
    hurry = () => {}
    const reader = readQuickly(readEnd, onBytes)
    quick = reader
    stop = () => reader.close()
    void reader.ended.then(resolveEnded)
  }
  cancel = clock.schedule(SIP_MS, sip, { keepAlive: false })
  return { ended, hurry: () => hurry(), close: () => (quick === undefined ? stop() : quick.close()) }
}
