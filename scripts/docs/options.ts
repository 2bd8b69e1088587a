import { markdownTable } from '../markdown-table.ts'
import { type PublicDeclaration, publicDeclarations } from '../public-declarations.ts'
import { optionsOf } from '../option-list.ts'
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

function chapter(subpath: string, source: string): string {
  const sections = publicDeclarations(source)
    .filter(({ name, node }) => node.type === 'TSInterfaceDeclaration' && /(?:Options|Definition)$/.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(section)
  return sections.length === 0 ? '' : `## seaworthy${subpath.slice(1)}\n\n${sections.join('\n\n')}`
}

export default defineReferencePage({
  id: 'options',
  path: 'docs/reference/options.md',
  render() {
    const chapters = Object.entries(readManifest().exports).map(([subpath, target]) =>
      typeof target === 'string' ? '' : chapter(subpath, (target['seaworthy-source'] ?? '').replace('./', '')),
    )
    return `# Options

Every option of every public function and class. A duration is a number of milliseconds or a text such as \`"10s"\`. All
problems of an options object come in one error; a name that does not exist is one of them.

${chapters.filter((text) => text !== '').join('\n\n')}`
  },
})
