// Builds the documentation site into docs/.vitepress/dist: npm run docs:build
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readText } from './repository-files.ts'
import { mustRun } from './run-command.ts'

const DOCS = join(ROOT, 'docs')

// The site has an installation of its own, so that nobody who only works on the code has to wait for it.
const stamp = join(DOCS, 'node_modules/.seaworthy-lock')
const wanted = createHash('sha256').update(readText('docs/package-lock.json')).digest('hex')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  await mustRun('npm', ['ci', '--prefer-offline', '--loglevel=error'], { cwd: DOCS })
  writeFileSync(stamp, wanted)
}
await mustRun('npm', ['run', '--silent', 'build'], { cwd: DOCS })
