import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { LoadOrder, LoadResult } from './load-process.ts'
import { OTHER_CORE, PinnedProcess, SERVICE_CORE } from './pinned-process.ts'
import { CONNECTIONS, SLICE_MS } from './settings.ts'

/** The clients, seen from the benchmark. */
export class Load {
  readonly #process: PinnedProcess

  private constructor(process: PinnedProcess) {
    this.#process = process
  }

  static async start(): Promise<Load> {
    const file = fileURLToPath(new URL('./load-process.ts', import.meta.url))
    const { process: started } = await PinnedProcess.start({
      name: 'the load',
      node: process.execPath,
      args: [file],
      env: {},
      core: OTHER_CORE,
    })
    return new Load(started)
  }

  run(port: number, options: Partial<LoadOrder> = {}): Promise<LoadResult> {
    const order: LoadOrder = { port, connections: CONNECTIONS, forMs: SLICE_MS, ...options }
    return this.#process.ask<LoadResult>(order)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.end()
  }
}

const LIMIT_RUNS = 4
const LIMIT_RUN_MS = 400

/** How many requests a second this load can send: to a server that does nothing but write the same bytes. */
export async function limitOf(load: Load): Promise<number> {
  const { process: server, first } = await PinnedProcess.start<{ port: number }>({
    name: 'the server that does nothing',
    node: process.execPath,
    args: [fileURLToPath(import.meta.url), 'serve'],
    env: {},
    core: SERVICE_CORE,
  })
  try {
    let best = 0
    for (let run = 0; run < LIMIT_RUNS; run++) {
      const { answered, tookMs } = await load.run(first.port, { forMs: LIMIT_RUN_MS })
      best = Math.max(best, (answered / tookMs) * 1000)
    }
    return Math.round(best)
  } finally {
    await server.end()
  }
}

if (import.meta.main && process.argv[2] === 'serve') {
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: 86\r\n\r\n${' '.repeat(86)}`
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write(answer, 'latin1'))
  })
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
  process.on('message', () => process.send?.({}))
  process.on('disconnect', () => process.exit(0))
}
