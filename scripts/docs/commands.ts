import { type Command, isCommand, withTopics } from '../../src/cli/command.ts'
import { renderHelp } from '../../src/cli/help.ts'
import { loadCatalogue } from '../../src/core/catalogue.ts'
import { defineReferencePage } from '../reference-page.ts'

function section(command: Command): string {
  return `## seaworthy ${command.id}\n\n${command.summary}\n\n\`\`\`text\n${renderHelp(command)}\n\`\`\``
}

export default defineReferencePage({
  id: 'commands',
  path: 'docs/reference/commands.md',
  async render() {
    const commands = await loadCatalogue(new URL('../../src/cli/commands/', import.meta.url), isCommand)
    return `# Commands

\`npx seaworthy <command>\`. What each one prints on standard output is its result; progress and problems go to standard
error. What they exit with is in [exit codes](exit-codes.md#of-the-command-line).

${[...commands.values()].flatMap(withTopics).map(section).join('\n\n')}`
  },
})
