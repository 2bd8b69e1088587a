import type { Environment } from '../core/env-reader.ts'
import type { Screen } from '../trial/output/screen.ts'

/** An option of a command. `--help` and the reference page are made from it. */
export interface CommandOption {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** What stands for the value in the help: `PORT`. */
  readonly value?: string
  readonly help: string
  /** As text, for the help; the command applies it. */
  readonly default?: string
  /** Whether it may be given more than once; its values are then in `lists`. @default false */
  readonly isRepeatable?: boolean
}

/** What a command works with. */
export interface CommandContext {
  /** Values of the options, by name. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  /** Values of the options that may be given more than once, by name: all of them, in the order given. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  /** What stands after `--`. */
  readonly rest: readonly string[]
  readonly env: Environment
  readonly cwd: string
  /** Whether standard output is a terminal: only then is there colour. */
  readonly isTerminal: boolean
  /** The terminal, for what draws in place; absent when standard output is none. */
  readonly screen?: Screen
  readonly print: (text: string) => void
  /** For progress and problems: standard error, so that standard output stays clean for `--json`. */
  readonly note: (text: string) => void
}

/** A command of the command line: a file in `commands/`, and nothing else, adds one. */
export interface Command {
  /** The command's name; equal to the name of its file. */
  readonly id: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What follows the name: `[options] -- <command> [arguments]`. */
  readonly usage: string
  readonly description: string
  readonly options: Readonly<Record<string, CommandOption>>
  readonly examples: readonly { readonly command: string; readonly shows: string }[]
  /** Whether the command takes something after `--`. */
  readonly takesCommand?: boolean
  /** Commands below this one: `seaworthy explain budget`. A command that has any does nothing by itself. */
  readonly topics?: readonly Command[]
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>
}

export function defineCommand(command: Command): Command {
  return command
}

/** A command that is only the name above its topics: its examples are theirs, and options it has none. */
export function defineTopics(
  command: Pick<Command, 'id' | 'summary' | 'description'> & { readonly topics: readonly Command[] },
): Command {
  return {
    ...command,
    usage: '<topic> [options]',
    options: {},
    examples: command.topics.flatMap(({ examples }) => examples),
    run: () => Promise.reject(new Error(`A topic of "${command.id}" is run, never the command itself`)),
  }
}

/** The command and its topics, each under the name by which it is run: `explain`, `explain budget`. */
export function withTopics(command: Command): readonly Command[] {
  return [command, ...(command.topics ?? []).map((topic) => ({ ...topic, id: `${command.id} ${topic.id}` }))]
}

export function isCommand(value: unknown): value is Command {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'summary' in value &&
    'run' in value &&
    typeof value.run === 'function'
  )
}
