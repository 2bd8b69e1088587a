import type { Clock } from '../../core/clock.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { hideSecretsOfValue } from '../../core/secret-text.ts'
import { OwnedProcess, type ProcessExit } from '../../process/owned-process.ts'
import { quietPort } from '../../process/quiet-port.ts'
import { waitForPort } from '../../process/wait-for-port.ts'
import type { DeclaredDependency, DependencyStart } from '../declared/declared.ts'
import { fillPlaces } from '../declared/fill-places.ts'
import { makeFreshFolder } from './fresh-folder.ts'
import { Surroundings } from './surroundings.ts'

export interface StartOptions {
  readonly dependencies: readonly DeclaredDependency[]
  readonly cwd: string
  /** What each of them gets besides its own. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Gives it up. */
  readonly signal: AbortSignal
  readonly say: (what: string) => void
}

const HOST = '127.0.0.1'
/** Until it takes connections: as long as a service may take by default. */
const START_MS = 30_000
/** From SIGTERM to SIGKILL: nobody needs it any more, and what it keeps is gone with its folder. */
const END_MS = 2000
const LAST_LINES = 10

/** Dependencies that the trial itself has started, one process each for all of its voyages. */
export class StartedDependencies implements AsyncDisposable {
  readonly #env: Record<string, string> = {}
  readonly #ended: string[] = []
  readonly #around = new Surroundings()
  #isEnding = false

  private constructor() {}

  /**
   * Starts those that were declared with a command, one after the other, and waits until each takes connections.
   *
   * @throws {@link SeaworthyError} `SEA_PROCESS_NOT_STARTED` with the last lines of the one that did not
   */
  static async start(options: StartOptions): Promise<StartedDependencies> {
    const started = new StartedDependencies()
    try {
      for (const dependency of options.dependencies)
        if (dependency.start !== undefined) await started.#start(dependency, dependency.start, options)
      return started
    } catch (error) {
      await started[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What the service is told: addresses by variable. */
  get env(): Readonly<Record<string, string>> {
    return this.#env
  }

  /** A sentence on each that has ended by itself: what was seen of the service after that is not its own fault. */
  get ended(): readonly string[] {
    return this.#ended
  }

  async #start(dependency: DeclaredDependency, start: DependencyStart, options: StartOptions): Promise<void> {
    const { name } = dependency
    const { cwd, env, clock, signal, say } = options
    say(`Starts ${name}`)
    const port = await quietPort(HOST)
    const folder = await makeFreshFolder()
    this.#around.add(() => folder.remove())
    const places = { port: String(port), tmp: folder.path }
    const [command = '', ...args] = start.command.map((word) => fillPlaces(word, places))
    const own = Object.entries(start.env).map(([variable, value]) => [variable, fillPlaces(value, places)])
    const lines: string[] = []
    const owned = await OwnedProcess.start({
      command,
      args,
      cwd,
      env: { ...env, TMPDIR: folder.path, ...Object.fromEntries(own) },
      clock,
      onLine: (line) => {
        lines.push(line)
        if (lines.length > LAST_LINES) lines.shift()
      },
    })
    this.#around.add(() => owned.endGroup(END_MS))
    const isGone = new AbortController()
    void owned.exit.then((exit) => {
      isGone.abort()
      if (!this.#isEnding) this.#ended.push(`The dependency "${name}" ended by itself, with ${describe(exit)}`)
    })
    const until = AbortSignal.any([signal, isGone.signal])
    const isThere = await waitForPort({ clock, host: HOST, port, limitMs: START_MS, signal: until })
    if (!isThere && !signal.aborted)
      throw notThere(name, port, isGone.signal.aborted ? await owned.exit : undefined, lines)
    Object.assign(this.#env, told(dependency, fillPlaces(start.address, places)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    await this.#around.end()
  }
}

function told({ variable, portVariable }: DeclaredDependency, address: string): Record<string, string> {
  if (portVariable === undefined) return { [variable]: address }
  const [, host = HOST, port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  return { [variable]: host, [portVariable]: port }
}

function notThere(name: string, port: number, exit: ProcessExit | undefined, lines: readonly string[]): SeaworthyError {
  const what =
    exit === undefined
      ? `took no connection on port ${port} within ${START_MS / 1000} s`
      : `ended with ${describe(exit)} before it took a connection on port ${port}`
  const said =
    lines.length === 0
      ? 'It wrote nothing.'
      : `Its last lines:\n${lines.map((line) => `  ${hideSecretsOfValue(line)}`).join('\n')}`
  return new SeaworthyError('SEA_PROCESS_NOT_STARTED', `The dependency "${name}" ${what}. ${said}`, {
    hint: 'Start it by itself first, and tell it its port by {port} in its command or in its env.',
  })
}

function describe({ code, signal }: ProcessExit): string {
  return signal === null ? `code ${code}` : signal
}
