import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ZOO } from './trial-run.ts'

/** What some animals depend on, as a process of its own. */
export class Stock {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(url: string, child: ChildProcess) {
    this.url = url
    this.#child = child
  }

  static async start(): Promise<Stock> {
    const child = spawn(process.execPath, [join(ZOO, 'node/stock.ts')], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { port } = JSON.parse(line.toString()) as { port: number }
    return new Stock(`http://127.0.0.1:${port}`, child)
  }

  [Symbol.dispose](): void {
    this.#child.stdin?.end()
    this.#child.kill('SIGKILL')
  }
}
