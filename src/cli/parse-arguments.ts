import { parseArgs } from 'node:util'
import { nearestName } from '../core/nearest-name.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import type { Command } from './command.ts'
import { COMMON_OPTIONS } from './help.ts'

export interface ParsedArguments {
  /** Of those that may be given once. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  /** Of those that may be given again and again, in the order given. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  readonly rest: readonly string[]
}

/**
 * Reads what stands behind the name of a command.
 *
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE` naming the word that was not understood
 */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const separator = args.indexOf('--')
  const own = separator < 0 ? args : args.slice(0, separator)
  const rest = separator < 0 ? [] : args.slice(separator + 1)
  const options = { ...command.options, ...COMMON_OPTIONS }
  const names = Object.keys(options)
  const { tokens, values } = parseArgs({
    args: [...own],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, short }]) => [
        name,
        short === undefined ? { type } : { type, short },
      ]),
    ),
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'positional') {
      const hint =
        command.takesCommand === true
          ? `Put the command to run after "--": ${suggestCommand(command.id, own, token.index, rest)}`
          : `See seaworthy ${command.id} --help.`
      throw usage(`"${token.value}" was not understood`, hint)
    }
    if (token.kind !== 'option') continue
    const option = options[token.name]
    if (option === undefined)
      throw usage(
        `${token.rawName} is not an option of "${command.id}"`,
        suggestOption(token.name, names) ?? `See seaworthy ${command.id} --help.`,
      )
    if (option.type === 'string' && token.value === undefined)
      throw usage(`${token.rawName} needs a value`, option.help)
    if (option.type === 'boolean' && token.value !== undefined)
      throw usage(`${token.rawName} takes no value`, option.help)
  }
  if (rest.length > 0 && command.takesCommand !== true)
    throw usage(`"${command.id}" takes nothing after "--"`, `See seaworthy ${command.id} --help.`)
  return { ...divide(values, tokens, options), rest }
}

type Tokens = NonNullable<ReturnType<typeof parseArgs>['tokens']>

function divide(
  values: ParsedArguments['options'],
  tokens: Tokens,
  known: Command['options'],
): Pick<ParsedArguments, 'options' | 'lists'> {
  const lists = Object.entries(known).flatMap(([name, option]): [string, string[]][] => {
    if (option.isRepeatable !== true) return []
    const given = tokens.flatMap((token) => (token.kind === 'option' && token.name === name ? (token.value ?? []) : []))
    return given.length === 0 ? [] : [[name, given]]
  })
  const once = Object.entries(values).filter(([name]) => known[name]?.isRepeatable !== true)
  return { options: Object.fromEntries(once), lists: Object.fromEntries(lists) }
}

export function usage(message: string, hint: string): SeaworthyError {
  return new SeaworthyError('SEA_CLI_USAGE', message, { hint })
}

function suggestOption(name: string, names: readonly string[]): string | undefined {
  const nearest = nearestName(name, names)
  return nearest === undefined ? undefined : `Did you mean "--${nearest}"?`
}

/** The whole line as it should have been: what stands before the first word are options of ours. */
function suggestCommand(id: string, own: readonly string[], wordAt: number, rest: readonly string[]): string {
  const words = [...own.slice(0, wordAt), '--', ...own.slice(wordAt), ...rest]
  return ['seaworthy', id, ...words.map(quoted)].join(' ')
}

/** As a shell needs it. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
