import {
  BUNDLED_DEPENDENCIES,
  DEVELOPMENT_DEPENDENCIES,
  type DependencyReason,
  RUNTIME_DEPENDENCIES,
} from '../../docs/dependencies.ts'
import { BUNDLED } from '../bundled-packages.ts'
import { installedPackage, withAllTheyBring } from '../installed-package.ts'
import { markdownTable } from '../markdown-table.ts'
import { defineReferencePage } from '../reference-page.ts'
import { readManifest } from '../repository-files.ts'

function rowOf(name: string, reasons: Readonly<Record<string, DependencyReason>>): readonly string[] {
  const { version, licence, sizeBytes } = installedPackage(name)
  const { why = '', alternative = '' } = reasons[name] ?? {}
  // The package `node` holds a binary for this machine: its size would differ on another.
  const size = name === 'node' ? '(a binary)' : `${Math.max(1, Math.round(sizeBytes / 1000)).toLocaleString('en')} kB`
  return [`\`${name}\``, version, licence, size, why, alternative]
}

const HEAD = ['package', 'version', 'licence', 'size', 'why', 'instead']

export default defineReferencePage({
  id: 'dependencies',
  path: 'docs/reference/dependencies.md',
  render() {
    const { dependencies, devDependencies } = readManifest()
    const runtime = Object.keys(dependencies)
    const bundled = [...BUNDLED]
    const development = Object.keys(devDependencies).filter((name) => !BUNDLED.has(name))
    const installed = withAllTheyBring(runtime)
    const totalMb = installed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1_000_000
    return `# Dependencies

No dependency without a paragraph: each has a line here that says why it is there and what would be there instead. The
words are in \`docs/dependencies.ts\`; versions and sizes (a package's own files, unpacked) are measured.

## What a service installs

\`npm install seaworthy\` brings these ${runtime.length} packages and what they need: ${installed.length} packages,
${totalMb.toFixed(1)} MB unpacked. What a process *loads* is less.

${markdownTable(
  HEAD,
  runtime.map((name) => rowOf(name, RUNTIME_DEPENDENCIES)),
)}

## What is built in

The code of these is a part of the package, with their licences in the files that hold it. The size is that of the whole
package; what nothing uses is left out.

${markdownTable(
  HEAD,
  bundled.map((name) => rowOf(name, BUNDLED_DEPENDENCIES)),
)}

## What contributors install

${markdownTable(
  HEAD,
  development.map((name) => rowOf(name, DEVELOPMENT_DEPENDENCIES)),
)}`
  },
})
