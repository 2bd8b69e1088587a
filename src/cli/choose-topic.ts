import { didYouMean } from '../core/nearest-name.ts'
import { type Command, withTopics } from './command.ts'
import { usage } from './parse-arguments.ts'

export interface ChosenCommand {
  readonly command: Command
  readonly args: readonly string[]
}

/**
 * What is to be run: the command itself, or the topic of it that the first word names. `--help` in the place of a topic
 * is the help of the command.
 *
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE` when a topic is missing or unknown
 */
export function chooseTopic(command: Command, args: readonly string[]): ChosenCommand {
  const { topics } = command
  if (topics === undefined) return { command, args }
  const [word, ...rest] = args
  if (word === '--help' || word === '-h') return { command, args }
  const names = topics.map(({ id }) => id)
  const all = `Topics: ${names.join(', ')}. See seaworthy ${command.id} --help.`
  if (word === undefined || word.startsWith('-')) throw usage(`"${command.id}" needs a topic`, all)
  const topic = withTopics(command).find(({ id }) => id === `${command.id} ${word}`)
  if (topic === undefined) throw usage(`"${word}" is not a topic of "${command.id}"`, didYouMean(word, names) || all)
  return { command: topic, args: rest }
}
