import { setTimeout as wait } from 'node:timers/promises'
import type { Journal } from './journal.ts'

export const STREAM_CHUNKS = 8
const CHUNK_GAP_MS = 25
const EVENT_GAP_MS = 15

/** The whole body of `/stream`. */
export const STREAM_BODY = Array.from({ length: STREAM_CHUNKS }, (_, index) => `chunk ${index}\n`).join('')

/**
 * What the routes of the service under test do, the same in every framework: a kind says only how a framework is told.
 *
 * `/fast`, `/slow/:ms`, `/stream`, `/echo` (POST), `/sse`, `/hang/:id`, `/boom`, `/signal`, and `/ws` where there are
 * WebSockets.
 */
export class Deeds {
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  fast(): string {
    this.#journal.record('fast')
    return 'fast'
  }

  async slow(ms: string | undefined): Promise<string> {
    this.#journal.record('slow')
    await wait(Number(ms))
    this.#journal.record('slow answered')
    return `slow ${ms}`
  }

  async *stream(): AsyncGenerator<string> {
    this.#journal.record('stream')
    for (let index = 0; index < STREAM_CHUNKS; index++) {
      yield `chunk ${index}\n`
      await wait(CHUNK_GAP_MS)
    }
  }

  echo(body: string): string {
    this.#journal.record('echo')
    return body
  }

  // Server-sent events without an end of their own.
  async *events(): AsyncGenerator<string> {
    try {
      for (let id = 0; ; id++) {
        this.#journal.record('event')
        yield `id: ${id}\ndata: tick\n\n`
        await wait(EVENT_GAP_MS)
      }
    } finally {
      this.#journal.record('events over')
    }
  }

  hang(): Promise<never> {
    this.#journal.record('hang')
    return new Promise(() => {})
  }

  boom(): never {
    this.#journal.record('boom')
    throw new Error('boom')
  }

  /** Answers as soon as its signal asks it to end. */
  async untilAborted(signal: AbortSignal): Promise<string> {
    this.#journal.record('signal')
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    this.#journal.record('signal aborted')
    return 'asked to end'
  }

  /** The hook with which a framework lets things be closed. */
  closeHook(): void {
    this.#journal.record('close hook')
  }
}
