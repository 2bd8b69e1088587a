/**
 * The load: raw requests over kept-alive connections, one at a time on each, without a parser or a stream in between, so
 * that it can send more than any service can answer. Runs in a process of its own.
 */
import { connect, type Socket } from 'node:net'

export interface LoadOrder {
  readonly port: number
  readonly connections: number
  readonly forMs: number
  /** Requests a second at equal distances; as fast as the answers come where it is absent. */
  readonly perS?: number
}

export interface LoadResult {
  readonly answered: number
  /** Answers with another status than 200, and connections that ended. */
  readonly failed: number
  /** From the first request to the last answer. */
  readonly tookMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const REQUEST = 'GET /orders/7 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n'
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const STATUS = Buffer.from('HTTP/1.1 200')
const READ_BYTES = 65_536

type OnAnswer = (connection: Connection, tookMs: number, isGood: boolean) => void

class Connection {
  readonly #socket: Socket
  readonly #onAnswer: OnAnswer
  #sentAt = 0
  #missing = 0
  /** All answers of one service are equally long. */
  #answerBytes = 0
  isFree = true

  constructor(port: number, onAnswer: OnAnswer, onClose: (connection: Connection) => void) {
    this.#onAnswer = onAnswer
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (length, bytes) => {
          this.#take(length, bytes as Buffer)
          return true
        },
      },
    })
    this.#socket.on('error', () => {})
    this.#socket.once('close', () => onClose(this))
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => this.#socket.once('connect', () => resolve()).once('error', reject))
  }

  send(): void {
    this.isFree = false
    this.#sentAt = performance.now()
    this.#socket.write(REQUEST, 'latin1')
  }

  close(): void {
    this.#socket.removeAllListeners('close')
    this.#socket.destroy()
  }

  #take(length: number, bytes: Buffer): void {
    if (this.#answerBytes === 0) this.#answerBytes = lengthOfAnswer(bytes.subarray(0, length))
    const isBegin = this.#missing === 0
    const isGood = !isBegin || bytes.subarray(0, STATUS.length).equals(STATUS)
    this.#missing = (isBegin ? this.#answerBytes : this.#missing) - length
    if (this.#missing > 0) return
    this.#missing = 0
    this.isFree = true
    this.#onAnswer(this, performance.now() - this.#sentAt, isGood)
  }
}

function lengthOfAnswer(bytes: Buffer): number {
  const end = bytes.indexOf(END_OF_HEAD)
  const length = /^content-length: (\d+)/im.exec(bytes.toString('latin1'))?.[1]
  if (end < 0 || length === undefined) throw new Error(`no answer of known length: ${bytes.toString('latin1')}`)
  return end + END_OF_HEAD.length + Number(length)
}

async function run({ port, connections: count, forMs, perS }: LoadOrder): Promise<LoadResult> {
  const latencies: number[] = []
  let failed = 0
  let open = 0
  let resolveIdle: () => void = () => {}
  const idle = new Promise<void>((resolve) => (resolveIdle = resolve))
  let isOver = false
  let lastAt = 0
  /** Where arrivals have a rhythm: how many are due and found no free connection. */
  let due = 0
  const onAnswer = (connection: Connection, tookMs: number, isGood: boolean): void => {
    latencies.push(tookMs)
    if (!isGood) failed++
    if (!isOver && (perS === undefined || due > 0)) {
      if (perS !== undefined) due--
      connection.send()
      return
    }
    if (--open > 0 || !isOver) return
    lastAt = performance.now()
    resolveIdle()
  }
  const onClose = (connection: Connection): void => {
    failed++
    if (!connection.isFree && --open === 0 && isOver) resolveIdle()
  }
  const all = Array.from({ length: count }, () => new Connection(port, onAnswer, onClose))
  await Promise.all(all.map((connection) => connection.opened()))
  const startedAt = performance.now()
  const send = (connection: Connection): void => {
    open++
    connection.send()
  }
  if (perS === undefined) {
    for (const connection of all) send(connection)
    await new Promise((resolve) => setTimeout(resolve, forMs))
  } else {
    let made = 0
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const elapsedMs = performance.now() - startedAt
        if (elapsedMs >= forMs) {
          clearInterval(timer)
          resolve()
          return
        }
        for (; made < (elapsedMs / 1000) * perS; made++) {
          const free = all.find(({ isFree }) => isFree)
          if (free === undefined) due++
          else send(free)
        }
      }, 1)
    })
  }
  isOver = true
  if (open > 0) await idle
  for (const connection of all) connection.close()
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return {
    answered: latencies.length,
    failed,
    tookMs: (lastAt === 0 ? performance.now() : lastAt) - startedAt,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit(0))
process.send?.({})
