import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Of Go: the heap may grow by a tenth of what is in use, instead of to twice as much. */
const GO_PERCENT = '10'

/** What a collection left. */
export interface LeftBytes {
  /** In use, on the heap and by what it holds. */
  readonly liveBytes: number
  /** Resident and not of the heap: what native code holds, compiled code, what allocators keep. */
  readonly outsideBytes: number
}

/**
 * Makes the collectors of a service work often, by its environment alone. A heap that nobody is waiting for may grow to
 * several times of what is in use before it is collected, at an even pace: from outside that is a leak until then, and the
 * service had to be watched for hundreds of thousands of requests. Node.js is told to load a file that collects and writes
 * down what is left; Go has a variable. What knows neither is as it was.
 *
 * @see https://nodejs.org/api/cli.html#node_optionsoptions
 * @see https://pkg.go.dev/runtime#hdr-Environment_Variables GOGC
 */
export class OftenCollecting {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async begin(): Promise<OftenCollecting> {
    return new OftenCollecting(await mkdtemp(join(tmpdir(), 'seaworthy-memory-')))
  }

  /** What to launch with. @param own what the service would have */
  environment(own: Readonly<Record<string, string | undefined>>): Record<string, string> {
    const program = new URL(`./collect-often${extname(import.meta.url)}`, import.meta.url)
    program.searchParams.set('into', pathToFileURL(this.#folder + sep).href)
    const options = own['NODE_OPTIONS'] ?? ''
    return {
      NODE_OPTIONS: `${options}${options === '' ? '' : ' '}--import=${program.href}`,
      GOGC: own['GOGC'] ?? GO_PERCENT,
    }
  }

  /** After the last collection, of all processes and threads; `undefined` where nobody has collected. */
  async leftBytes(): Promise<LeftBytes | undefined> {
    const names = await readdir(this.#folder).catch(() => [])
    const counts = await Promise.all(names.filter((name) => !name.endsWith('.new')).map((name) => this.#read(name)))
    const known = counts.filter((each) => each !== undefined)
    if (known.length === 0) return undefined
    return {
      liveBytes: known.reduce((sum, { liveBytes }) => sum + liveBytes, 0),
      outsideBytes: known.reduce((sum, { outsideBytes }) => sum + outsideBytes, 0),
    }
  }

  async #read(name: string): Promise<LeftBytes | undefined> {
    const text = await readFile(join(this.#folder, name), 'utf8').catch(() => '')
    return text === '' ? undefined : (JSON.parse(text) as LeftBytes)
  }

  /** From now on they work as they would. Safe to call again. */
  async end(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }
}
