import { markdownTable } from '../markdown-table.ts'
import { optionInterfaces } from '../option-interfaces.ts'
import { optionsOf } from '../option-list.ts'
import { type PublicDeclaration, publicDeclarations } from '../public-declarations.ts'
import { defineReferencePage } from '../reference-page.ts'
import { readManifest } from '../repository-files.ts'

function section(declaration: PublicDeclaration): string {
  const rows = optionsOf(declaration).map(({ name, isRequired, type, doc, fallback }) => [
    `\`${name}\`${isRequired ? ' (required)' : ''}`,
    `\`${type}\``,
    fallback,
    doc,
  ])
  const about = declaration.doc.text === '' ? [] : [declaration.doc.text]
  const table = markdownTable(['option', 'type', 'default', 'what it does'], rows)
  return [`### ${declaration.name}`, ...about, table].join('\n\n')
}

/** The sections of each import path, and those of its interfaces that no path before it has. */
function chapters(): readonly string[] {
  const exported = Object.entries(readManifest().exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [{ subpath, declarations: publicDeclarations((target['seaworthy-source'] ?? '').replace('./', '')) }],
  )
  const shown = new Set(optionInterfaces(exported.flatMap(({ declarations }) => declarations)))
  return exported.flatMap(({ subpath, declarations }) => {
    const sections = declarations.filter((declaration) => shown.delete(declaration))
    if (sections.length === 0) return []
    const sorted = sections.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return [`## seaworthy${subpath.slice(1)}\n\n${sorted.map(section).join('\n\n')}`]
  })
}

export default defineReferencePage({
  id: 'options',
  path: 'docs/reference/options.md',
  render() {
    return `# Options

Every option of every public function and class. A duration is a number of milliseconds or a text such as \`"10s"\`. All
problems of an options object come in one error; a name that does not exist is one of them.

${chapters().join('\n\n')}`
  },
})
