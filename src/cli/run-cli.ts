import { readdirSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { loadCatalogue } from '../core/catalogue.ts'
import type { Environment } from '../core/env-reader.ts'
import { didYouMean } from '../core/nearest-name.ts'
import { requireNode } from '../core/required-node.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { chooseTopic } from './choose-topic.ts'
import { type Command, isCommand } from './command.ts'
import { CLI_EXIT_CODE } from './exit-code.ts'
import { renderHelp, renderOverview } from './help.ts'
import { packageVersion } from './package-version.ts'
import { parseArguments, usage } from './parse-arguments.ts'
import type { Screen } from '../trial/output/screen.ts'

/** What says that the service could not be started. */
const NOT_STARTED: ReadonlySet<string> = new Set(['SEA_PROCESS_NOT_STARTED', 'SEA_TRIAL_NOT_LISTENING'])
const COMMANDS = new URL('commands/', import.meta.url)

export interface CliSurroundings {
  readonly env: Environment
  readonly cwd: string
  readonly isTerminal: boolean
  readonly screen?: Screen
  /** @default that of this process */
  readonly nodeVersion?: string
  readonly print: (text: string) => void
  readonly note: (text: string) => void
}

/** Runs the command line. Never throws: every outcome is an exit code, and every problem one clear message. */
export async function runCli(args: readonly string[], around: CliSurroundings): Promise<number> {
  try {
    // Otherwise the first missing function says so, in the middle of something that has been started.
    requireNode(around.nodeVersion ?? process.versions.node)
    return await dispatch(args, around)
  } catch (error) {
    if (isSeaworthyError(error) && error.code !== 'SEA_CATALOGUE_INVALID') {
      around.note(`seaworthy: ${error.describe()}`)
      return NOT_STARTED.has(error.code) ? CLI_EXIT_CODE.notStarted : CLI_EXIT_CODE.usage
    }
    around.note(`seaworthy: a bug of ours, please report it:\n${error instanceof Error ? error.stack : String(error)}`)
    return CLI_EXIT_CODE.bug
  }
}

async function dispatch([name, ...args]: readonly string[], around: CliSurroundings): Promise<number> {
  if (name === '--version' || name === '-v') {
    around.print(packageVersion())
    return CLI_EXIT_CODE.ok
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const commands = await loadCatalogue(COMMANDS, isCommand)
    around.print(renderOverview(commands.values(), packageVersion()))
    return name === undefined ? CLI_EXIT_CODE.usage : CLI_EXIT_CODE.ok
  }
  const { command, args: own } = chooseTopic(await loadCommand(name), args)
  const parsed = parseArguments(command, own)
  if (parsed.options['help'] === true) {
    around.print(renderHelp(command))
    return CLI_EXIT_CODE.ok
  }
  return command.run({ ...around, ...parsed })
}

/** Loads the one command that is run, so that a health check in a container does not load a receiver. */
async function loadCommand(name: string): Promise<Command> {
  const files = readdirSync(COMMANDS).filter((file) => /(?<!\.d)\.[jt]s$/.test(file))
  const file = files.find((candidate) => basename(candidate, extname(candidate)) === name)
  if (file === undefined) {
    const names = files.map((candidate) => basename(candidate, extname(candidate)))
    throw usage(
      `"${name}" is not a command`,
      didYouMean(name, names) || `Commands: ${names.join(', ')}. See seaworthy --help.`,
    )
  }
  const { default: command } = (await import(new URL(file, COMMANDS).href)) as { readonly default: Command }
  return command
}
