import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/core/clock.ts'
import { readOutputLine, type ReportedShutdown } from '../../src/dev/service-output.ts'
import { freePort } from '../../src/process/free-port.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/orders/', import.meta.url))
const READY_LIMIT_MS = 20_000

export interface DemoServiceOptions {
  readonly name: 'orders' | 'payments'
  readonly env: Readonly<Record<string, string>>
}

/** How a service of the demo ended. */
export interface DemoShutdown {
  readonly service: string
  readonly phases: Readonly<Record<string, number>>
  readonly exitCode: number | null
  readonly durationMs: number
  readonly clean: boolean
  readonly telemetry: Readonly<Record<string, unknown>>
}

/** One of the two services as a process, watched from outside: its probes, its output, its exit. */
export class DemoService {
  readonly name: string
  readonly port: number
  readonly adminPort: number
  readonly readyAfterMs: number
  readonly #process: OwnedProcess
  readonly #output: { lines: string[]; shutdown?: ReportedShutdown }

  private constructor(
    name: string,
    ports: { readonly port: number; readonly adminPort: number },
    readyAfterMs: number,
    process: OwnedProcess,
    output: { lines: string[]; shutdown?: ReportedShutdown },
  ) {
    this.name = name
    this.port = ports.port
    this.adminPort = ports.adminPort
    this.readyAfterMs = readyAfterMs
    this.#process = process
    this.#output = output
  }

  static async start({ name, env }: DemoServiceOptions): Promise<DemoService> {
    const ports = { port: await freePort(), adminPort: await freePort() }
    const output: { lines: string[]; shutdown?: ReportedShutdown } = { lines: [] }
    const startedAt = performance.now()
    const process_ = await OwnedProcess.start({
      command: process.execPath,
      args: ['--conditions=seaworthy-source', `${name}/main.ts`],
      cwd: EXAMPLE,
      clock: systemClock,
      env: {
        ...baseEnvironment(),
        ...env,
        HTTP__PORT: String(ports.port),
        SEAWORTHY_ADMIN_PORT: String(ports.adminPort),
      },
      onLine(line) {
        const read = readOutputLine(line)
        if (read.shutdown !== undefined) output.shutdown = read.shutdown
        output.lines.push(line)
        if (output.lines.length > 200) output.lines.shift()
      },
    })
    const service = new DemoService(name, ports, 0, process_, output)
    while ((await service.probe('/readyz')) !== 200) {
      if (performance.now() - startedAt > READY_LIMIT_MS) {
        await process_.endGroup(1000)
        throw new Error(
          `${name} was not ready after ${READY_LIMIT_MS} ms. Its last lines:\n${output.lines.slice(-10).join('\n')}`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return new DemoService(name, ports, performance.now() - startedAt, process_, output)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get probesUrl(): string {
    return `http://127.0.0.1:${this.adminPort}`
  }

  /** The status that a probe answers with, on a fresh connection as a kubelet asks; `undefined` when nobody answers. */
  probe(path: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      const request = get(
        `${this.probesUrl}${path}`,
        { agent: false, signal: AbortSignal.timeout(2000) },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
      request.on('error', () => resolve(undefined))
    })
  }

  /** SIGTERM, and then whatever the service does with it. */
  async stop(): Promise<DemoShutdown> {
    const startedAt = performance.now()
    this.#process.signal('SIGTERM')
    const exit = await this.#process.exit
    const { shutdown } = this.#output
    return {
      service: this.name,
      phases: shutdown?.phases ?? {},
      exitCode: exit.code,
      durationMs: Math.round(performance.now() - startedAt),
      clean: shutdown?.clean ?? false,
      telemetry: shutdown?.flush['telemetry'] ?? {},
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.endGroup(1000)
  }
}

/** Only what a process needs: settings of the person who runs the demo should not change what it shows. */
function baseEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  return { PATH, HOME, ...(TMPDIR === '' ? {} : { TMPDIR }), NO_COLOR: '1' }
}
