import { ALIASES, OWN_VARIABLES } from '../../docs/environment.ts'
import { SUPPORTED_VARIABLES } from '../../src/telemetry/env/unsupported-variables.ts'
import { markdownTable } from '../markdown-table.ts'
import { defineReferencePage } from '../reference-page.ts'

export default defineReferencePage({
  id: 'environment',
  path: 'docs/reference/environment.md',
  render() {
    const own = Object.entries(OWN_VARIABLES).map(([name, { form, fallback, meaning }]) => [
      `\`${name}\``,
      form,
      fallback,
      meaning,
    ])
    const standard = [...SUPPORTED_VARIABLES].toSorted().map((name) => `- \`${name}\``)
    return `# Environment variables

An empty variable counts as unset. A value that does not parse is never replaced by a default: the service refuses to
start, with every such variable in one message. A service's own configuration has variables, too: \`HTTP__PORT\` for
\`http.port\`, \`NAME_FILE\` for a secret in a file.

## Of Seaworthy

${markdownTable(['variable', 'value', 'when unset', 'meaning'], own)}

## Of OpenTelemetry

These standard variables are read as [the specification](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/)
says. Another \`OTEL_*\` variable that is set has no effect, and a warning says so.

${standard.join('\n')}

## Other names that are understood

Each is read in place of a standard variable that is unset, and a warning names that one.

${markdownTable(
  ['variable', 'read as'],
  Object.entries(ALIASES).map(([name, standing]) => [`\`${name}\``, standing]),
)}`
  },
})
