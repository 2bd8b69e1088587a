import { ERRORS } from '../../src/core/error-table.ts'
import { defineReferencePage } from '../reference-page.ts'

export default defineReferencePage({
  id: 'errors',
  path: 'docs/reference/errors.md',
  render() {
    const sections = Object.entries(ERRORS)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, meaning]) => `## ${code}\n\n${meaning}`)
    return `# Error codes

Every error that Seaworthy raises is a \`SeaworthyError\` with one of these codes in \`error.code\`, a message that names
the thing and the value, and mostly a \`hint\`: one sentence on what to do. The codes are a public contract: none is ever
reused or given another meaning. To tell them apart, use \`isSeaworthyError(error, 'SEA_…')\`, which also works when two
copies of the package are loaded.

${sections.join('\n\n')}`
  },
})
