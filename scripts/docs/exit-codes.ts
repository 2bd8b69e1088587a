import { documentedEntries } from '../documented-entries.ts'
import { markdownTable } from '../markdown-table.ts'
import { defineReferencePage } from '../reference-page.ts'

function table(path: string, constant: string): string {
  const rows = documentedEntries(path, constant).map(({ name, value, doc }) => [`\`${value}\``, name, doc])
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
    return `# Exit codes

Both tables are public contracts: alerts and pipelines may rely on them.

## Of a service

What a process exits with that \`service.run()\` has run. Telemetry that was lost is reported, and never changes the code.

${table('src/lifecycle/exit-code.ts', 'EXIT_CODE')}

## Of the command line

What \`seaworthy <command>\` exits with.

${table('src/cli/exit-code.ts', 'CLI_EXIT_CODE')}`
  },
})
