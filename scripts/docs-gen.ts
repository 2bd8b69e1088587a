// Writes docs/reference from the sources it describes, and the code of examples into the guide: npm run docs:gen
// With --check it writes nothing, names the pages that are not as they should be, and exits with 1.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { renderReference } from './reference-page.ts'
import { ROOT, isThere, readText } from './repository-files.ts'
import { renderGuide } from './shown-examples.ts'

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

const pages = [...(await renderReference()), ...renderGuide()]
const stale = pages.filter(({ path, text }) => !isThere(path) || readText(path) !== text)

if (values.check) {
  for (const { path } of stale) console.error(`${path} is not up to date. Run "npm run docs:gen".`)
  if (stale.length > 0) process.exitCode = 1
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true })
    writeFileSync(join(ROOT, path), text)
    console.log(`wrote ${path}`)
  }
}
