import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Clock } from '../../core/clock.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { sleep } from '../../core/wait.ts'
import { RawConnection } from '../../load/raw-client.ts'

/** Answers, and does nothing else. It ends by itself when its standard input ends: with us, however we end. */
const PROGRAM = `
const server = require('node:http').createServer((_request, response) => response.end('ok'))
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => process.stdout.write(server.address().port + '\\n'))
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume()
`

/** Longer than a node of a very busy machine takes to start. */
const START_MS = 20_000
const ASK_TIMEOUT_MS = 5000

/**
 * A service of our own in its own process that does nothing but answer: when its answers get slower, it is the machine's
 * fault and not that of the service under trial. One serves a whole trial.
 */
export class ControlService {
  readonly #child: ChildProcess
  readonly #clock: Clock
  readonly #port: number
  #connection: RawConnection | undefined

  private constructor(child: ChildProcess, clock: Clock, port: number) {
    this.#child = child
    this.#clock = clock
    this.#port = port
  }

  /** @throws {@link SeaworthyError} `SEA_PROCESS_NOT_STARTED` when it says no port in time */
  static async start(clock: Clock): Promise<ControlService> {
    const child = spawn(process.execPath, ['-e', PROGRAM], { env: {}, stdio: ['pipe', 'pipe', 'ignore'] })
    child.on('error', () => {})
    child.stdin.on('error', () => {})
    const started = new AbortController()
    const port = await Promise.race([
      once(child.stdout, 'data').then(([text]) => Number(String(text))),
      once(child, 'exit').then(() => 0),
      sleep(clock, START_MS, { signal: started.signal }).then(() => 0),
    ]).catch(() => 0)
    started.abort()
    if (port > 0) return new ControlService(child, clock, port)
    child.kill('SIGKILL')
    throw new SeaworthyError('SEA_PROCESS_NOT_STARTED', 'The control service, a Node of our own, said no port', {
      hint: 'Look whether this machine is out of memory or processes.',
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** How long one answer took, in milliseconds; `undefined` when none came. Never rejects. */
  async ask(): Promise<number | undefined> {
    if (this.#connection?.isUsable !== true) {
      this.#connection = new RawConnection({ clock: this.#clock, host: '127.0.0.1', port: this.#port })
    }
    const { outcome, tookMs } = await this.#connection.request({ path: '/', timeoutMs: ASK_TIMEOUT_MS })
    return outcome === 'answered' ? tookMs : undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection?.close()
    const hasEnded = this.#child.exitCode !== null || this.#child.signalCode !== null
    if (hasEnded) return
    const exited = once(this.#child, 'exit')
    this.#child.stdin?.end()
    this.#child.kill('SIGKILL')
    await exited
  }
}
