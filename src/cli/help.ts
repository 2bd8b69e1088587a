import type { Command, CommandOption } from './command.ts'

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  help: { type: 'boolean', short: 'h', help: 'Print this help.' },
}

export function renderOverview(commands: Iterable<Command>, version: string): string {
  const rows = [...commands].map(({ id, summary }) => [id, summary] as const)
  return [
    `seaworthy ${version}: makes a service fit for production, and proves it.`,
    '',
    'Usage: seaworthy <command> [options]',
    '',
    'Commands:',
    ...table(rows),
    '',
    'Options:',
    ...table([
      ['-h, --help', 'Print this help, or after a command, the help of that command.'],
      ['--version', 'Print the version.'],
    ]),
    '',
    'Exit codes: 0 ok · 1 findings or failure · 2 wrong usage · 3 could not start the service · 4 inconclusive · 70 a bug of ours',
  ].join('\n')
}

export function renderHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(
    ([name, option]) => [flag(name, option), describe(option)] as const,
  )
  return [
    `Usage: seaworthy ${command.id} ${command.usage}`,
    '',
    command.description,
    '',
    ...renderTopics(command),
    'Options:',
    ...table(options),
    '',
    'Examples:',
    ...command.examples.flatMap(({ command: line, shows }) => [`  ${line}`, `      ${shows}`]),
  ].join('\n')
}

function renderTopics({ id, topics }: Command): readonly string[] {
  if (topics === undefined) return []
  const rows = topics.map((topic) => [topic.id, `${topic.summary} See seaworthy ${id} ${topic.id} --help.`] as const)
  return ['Topics:', ...table(rows), '']
}

function flag(name: string, { short, type, value }: CommandOption): string {
  const long = type === 'string' ? `--${name} ${value ?? 'VALUE'}` : `--${name}`
  return short === undefined ? long : `-${short}, ${long}`
}

function describe(option: CommandOption): string {
  return option.default === undefined ? option.help : `${option.help} Default: ${option.default}.`
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
}
