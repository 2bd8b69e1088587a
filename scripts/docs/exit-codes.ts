import { documentedEntries } from '../documented-entries.ts'
import { markdownTable } from '../markdown-table.ts'
import { defineReferencePage } from '../reference-page.ts'
import { isThere } from '../repository-files.ts'

const SERVICE = 'src/lifecycle/exit-code.ts'
const COMMAND_LINE = 'src/cli/exit-code.ts'

function table(path: string): string {
  const rows = documentedEntries(path, 'EXIT_CODE').map(({ name, value, doc }) => [`\`${value}\``, name, doc])
  return markdownTable(
    ['code', 'name', 'meaning'],
    [
      ...rows,
      ['`128 + n`', 'signal', 'A second signal ended it at once; `n` is its number: 143 for SIGTERM, 130 for SIGINT.'],
    ],
  )
}

export default defineReferencePage({
  id: 'exit-codes',
  path: 'docs/reference/exit-codes.md',
  render() {
    const commandLine = isThere(COMMAND_LINE)
      ? `\n\n## Of the command line\n\nWhat \`seaworthy <command>\` exits with.\n\n${table(COMMAND_LINE)}`
      : ''
    return `# Exit codes

Both tables are public contracts: alerts and pipelines may rely on them.

## Of a service

What a process exits with that \`service.run()\` has run. Telemetry that was lost is reported, and never changes the code.

${table(SERVICE)}${commandLine}`
  },
})
