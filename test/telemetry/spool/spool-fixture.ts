import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import type { Signal } from '../../../src/otlp/model.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import type { SpooledChunk, SpoolListener } from '../../../src/telemetry/pipeline/spool.ts'
import { DiskSpool } from '../../../src/telemetry/spool/disk-spool.ts'
import type { DiskSpoolOptions } from '../../../src/telemetry/spool/disk-spool-options.ts'

export const MIB = 1024 * 1024
export const SERVICE = 'shop'

/** A directory of its own, gone after the test. */
export function temporaryDirectory(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-spool-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Hears everything, and lets a test wait for it. */
export class Recorder implements SpoolListener {
  readonly storedChunks: SpooledChunk[] = []
  readonly refused: { readonly chunk: SpooledChunk; readonly reason: string }[] = []
  readonly evictions: { readonly chunk: SpooledChunk; readonly reason: string }[] = []
  readonly adoptedChunks: SpooledChunk[] = []
  readonly adoptedCalls: number[] = []
  readonly leftChunks: SpooledChunk[] = []
  readonly damages: { readonly signal: Signal; readonly items: number }[] = []
  writableCount = 0
  readonly lines: { readonly level: string; readonly message: string }[] = []
  #waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = []

  readonly log = {
    debug: () => {},
    info: (_: object, message: string) => this.#heard(() => this.lines.push({ level: 'info', message })),
    warn: (_: object, message: string) => this.#heard(() => this.lines.push({ level: 'warn', message })),
    error: (_: object, message: string) => this.#heard(() => this.lines.push({ level: 'error', message })),
  }

  stored(chunk: SpooledChunk): void {
    this.#heard(() => this.storedChunks.push(chunk))
  }
  notStored(chunk: SpooledChunk, reason: string): void {
    this.#heard(() => this.refused.push({ chunk, reason }))
  }
  evicted(chunk: SpooledChunk, reason: string): void {
    this.#heard(() => this.evictions.push({ chunk, reason }))
  }
  adopted(chunks: readonly SpooledChunk[]): void {
    this.#heard(() => {
      this.adoptedChunks.push(...chunks)
      this.adoptedCalls.push(chunks.length)
    })
  }
  damaged(signal: Signal, items: number): void {
    this.#heard(() => this.damages.push({ signal, items }))
  }
  left(chunks: readonly SpooledChunk[]): void {
    this.#heard(() => this.leftChunks.push(...chunks))
  }
  writable(): void {
    this.#heard(() => this.writableCount++)
  }

  /** When what was heard fits. */
  until(isMet: (heard: this) => boolean): Promise<void> {
    if (isMet(this)) return Promise.resolve()
    return new Promise((resolve) => void this.#waiting.push({ isMet: () => isMet(this), resolve }))
  }

  #heard(what: () => unknown): void {
    what()
    const met = this.#waiting.filter(({ isMet }) => isMet())
    this.#waiting = this.#waiting.filter((one) => !met.includes(one))
    for (const { resolve } of met) resolve()
  }
}

export interface OpenSpool extends AsyncDisposable {
  readonly spool: DiskSpool
  readonly heard: Recorder
}

/** A spool in `directory` that has begun. */
export function openSpool(
  directory: string,
  options: Partial<DiskSpoolOptions> & { maxBytes?: number; maxAgeMs?: number } = {},
): OpenSpool {
  const heard = new Recorder()
  const { maxBytes = 128 * MIB, maxAgeMs = 24 * 3_600_000, ...others } = options
  const spool = new DiskSpool({
    settings: { directory, isDefaultDirectory: false, maxBytes, maxAgeMs },
    serviceName: SERVICE,
    listener: heard,
    clock: systemClock,
    log: heard.log,
    ...others,
  })
  spool.start()
  return { spool, heard, [Symbol.asyncDispose]: () => spool.close() }
}

/** A chunk whose bytes tell its number. */
export function chunkOf(number: number, byteLength = 100, signal: Signal = 'traces', since = 0): Chunk {
  const bytes = Buffer.alloc(Math.max(8, byteLength), number % 251)
  bytes.writeUInt32LE(number, 0)
  return { signal, items: 1 + (number % 40), bytes, since }
}

/** The number of a chunk made by {@link chunkOf}. */
export function numberOf(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined) return undefined
  const buffer = Buffer.from(bytes)
  const number = buffer.readUInt32LE(0)
  return buffer.subarray(4).every((byte) => byte === number % 251) ? number : undefined
}

export async function numbersOf(spool: DiskSpool, chunks: readonly SpooledChunk[]): Promise<(number | undefined)[]> {
  const numbers: (number | undefined)[] = []
  for (const chunk of chunks) numbers.push(numberOf(await spool.read(chunk)))
  return numbers
}

/** All files below, relative, with their sizes. */
export function filesBelow(directory: string): readonly { readonly name: string; readonly size: number }[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, found: statSync(join(directory, name), { throwIfNoEntry: false }) }))
    .filter(({ found }) => found?.isFile() === true)
    .map(({ name, found }) => ({ name, size: found?.size ?? 0 }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
