import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/core/clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { OwnedProcess, type ProcessExit } from '../../src/process/owned-process.ts'

const SERVICE = fileURLToPath(new URL('replica-service.ts', import.meta.url))
const READY_LIMIT_MS = 30_000
const EXIT_LIMIT_MS = 40_000

/** One replica of the service: always on the same two ports, in one process after another. */
export class Replica {
  readonly port: number
  readonly adminPort: number
  readonly #env: Readonly<Record<string, string>>
  readonly lines: string[] = []
  #process: OwnedProcess | undefined

  constructor(ports: { readonly port: number; readonly adminPort: number }, env: Readonly<Record<string, string>>) {
    this.port = ports.port
    this.adminPort = ports.adminPort
    this.#env = env
  }

  async start(): Promise<void> {
    this.#process = await OwnedProcess.start({
      command: process.execPath,
      args: ['--conditions=seaworthy-source', '--disable-warning=ExperimentalWarning', SERVICE],
      clock: systemClock,
      env: {
        PATH: process.env['PATH'],
        PORT: String(this.port),
        SEAWORTHY_ADMIN_PORT: String(this.adminPort),
        ...this.#env,
      },
      onLine: (line) => {
        this.lines.push(line)
        if (this.lines.length > 50) this.lines.shift()
      },
    })
    const startedAt = performance.now()
    while (!(await this.#isReady())) {
      if (performance.now() - startedAt > READY_LIMIT_MS)
        throw new Error(`The replica on port ${this.port} did not get ready. It said:\n${this.lines.join('\n')}`)
      await sleep(systemClock, 20)
    }
  }

  /** SIGTERM, as a kubelet sends it. @returns how it ended */
  async stop(): Promise<ProcessExit> {
    const owned = this.#process
    if (owned === undefined) return { code: 0, signal: null }
    owned.signal('SIGTERM')
    const cancel = systemClock.schedule(EXIT_LIMIT_MS, () => owned.signal('SIGKILL'))
    const exit = await owned.exit
    cancel()
    this.#process = undefined
    return exit
  }

  async kill(): Promise<void> {
    this.#process?.signal('SIGKILL')
    await this.#process?.exit
  }

  #isReady(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = get(
        { host: '127.0.0.1', port: this.adminPort, path: '/readyz', agent: false, timeout: 1000 },
        (response) => {
          response.resume()
          resolve(response.statusCode === 200)
        },
      )
      request.on('timeout', () => request.destroy())
      request.on('error', () => resolve(false))
    })
  }
}
