import { OptionReader } from './runtime-checks.ts'

/** The functions among the options of an adapter. */
export interface OwnFunctions {
  /** Those that must be there. */
  readonly required?: readonly string[]
  readonly optional?: readonly string[]
}

/**
 * Begins to read the options of a component that an adapter makes; the caller reads the rest and calls `done()`. So a
 * mistake is found at the line that made it: without types, a function under a wrong name would never be called, and
 * nobody would say so.
 *
 * @param where how a message calls it, such as `bullmq()`
 */
export function readOptions(
  where: string,
  options: object,
  { required = [], optional = [] }: OwnFunctions,
): OptionReader {
  const read = new OptionReader(options, where)
  // Checked with the definition that it becomes a part of.
  read.value('needs')
  for (const name of required) read.requiredCallback(name)
  for (const name of optional) read.callback(name)
  return read
}

/** Refuses what is no function where one is given by its place, such as `run` of `every(interval, run)`. */
export function requireArgument(read: OptionReader, value: unknown, what: string): void {
  if (typeof value !== 'function') read.problem(`${what} must be a function`)
}

/** Reads a list that has at least one entry, such as the topics of a consumer. */
export function readNames(read: OptionReader, name: string): readonly string[] {
  const names = read.list(name)
  if (Array.isArray(read.value(name)) && names.length === 0)
    read.problem(`"${name}" is empty: nothing would be consumed`)
  return names
}
