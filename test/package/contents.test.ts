import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { BUNDLED } from '../../scripts/bundled-packages.ts'
import { readManifest, ROOT } from '../../scripts/repository-files.ts'
import { findBrokenLinks } from '../conventions/markdown-links.ts'

const installed = join(inject('installedProject'), 'node_modules/seaworthy')

/**
 * One hundredth more than it was when the last of the 60 trials had come in, with their reference: 1,302 kB, of which a
 * service loads nothing of the trial. Growth beyond that should be a decision.
 */
const MAX_TARBALL_BYTES = 1_315_000

async function publishedFiles(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('tar', ['-tzf', inject('tarball')])
  return stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''))
    .toSorted()
}

test('the tarball holds the built files and what a reader needs, and nothing of development', async () => {
  const wanted =
    /^(?:dist\/[a-z0-9/-]+\.(?:js|d\.ts)|dist\/chunks\/trials\/[A-Z]+-\d\d\.js|dist\/report\/browser\/[a-z-]+\.css|docs\/(?:guide|reference|benchmarks)\/[a-z-]+\.md|docs\/examples\/[a-z-]+(?:\.system|\.typed)?\.ts)$/
  const others = (await publishedFiles()).filter((path) => !wanted.test(path))
  expect(others).toEqual(['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'PRINCIPLES.md', 'README.md', 'package.json'])
})

test('every link on a page of the tarball leads to something in it', async () => {
  const files = await publishedFiles()
  const isThere = (path: string) => files.some((file) => file === path || file.startsWith(`${path}/`))
  const readText = (path: string) => readFileSync(join(installed, path), 'utf8')
  const pages = files.filter((path) => path.endsWith('.md'))
  expect(pages).toContain('docs/guide/getting-started.md')
  expect(pages.flatMap((page) => findBrokenLinks(page, readText(page), { isThere, readText }))).toEqual([])
})

test('the tarball stays small', async () => {
  const { size } = await stat(inject('tarball'))
  expect(size).toBeLessThan(MAX_TARBALL_BYTES)
})

test('its manifest has no scripts, development dependencies, workspaces, or way to the sources', async () => {
  const text = await readFile(join(installed, 'package.json'), 'utf8')
  expect(Object.keys(JSON.parse(text) as object).toSorted()).toEqual([
    'bin',
    'dependencies',
    'description',
    'engines',
    'exports',
    'files',
    'keywords',
    'license',
    'name',
    'type',
    'version',
  ])
  expect(text).not.toContain('seaworthy-source')
  expect(text).not.toContain('src/')
})

test('the OpenTelemetry API is a range, so that a service and Seaworthy share one copy', async () => {
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    readonly dependencies: Record<string, string>
  }
  const ours = readManifest().dependencies
  expect(manifest.dependencies['@opentelemetry/api']).toBe(`^${ours['@opentelemetry/api']}`)
  expect(Object.keys(manifest.dependencies)).toEqual(Object.keys(ours))
})

test('every file that an export or the command leads to is in the tarball', async () => {
  const files = new Set(await publishedFiles())
  const { exports, bin } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    readonly exports: Record<string, string | Record<string, string>>
    readonly bin: Record<string, string>
  }
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  )
  const missing = [...targets, ...Object.values(bin)].filter((path) => !files.has(path.replace(/^\.\//, '')))
  expect(missing).toEqual([])
})

test('every built file is ASCII, which V8 holds in half the memory of what is not', async () => {
  const dist = join(installed, 'dist')
  const scripts = (await readdir(dist, { recursive: true })).filter((path) => path.endsWith('.js'))
  const others: string[] = []
  for (const path of scripts) if (/[^\0-\x7F]/.test(await readFile(join(dist, path), 'latin1'))) others.push(path)
  expect(others).toEqual([])
})

test('the code of other packages is published with their licence', async () => {
  const chunks = join(installed, 'dist/chunks')
  const files = (await readdir(chunks)).filter((file) => file.endsWith('.js'))
  const texts = await Promise.all(files.map((file) => readFile(join(chunks, file), 'utf8')))
  for (const name of BUNDLED) {
    const holders = texts.filter((text) => text.includes(`node_modules/${name}/`))
    expect(holders).toHaveLength(1)
    const licence = await readFile(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8')
    expect(holders[0]).toContain(licence.trim())
  }
})

test('no built file asks for a TypeScript source at run time', async () => {
  const dist = join(installed, 'dist')
  const scripts = (await readdir(dist, { recursive: true })).filter((path) => path.endsWith('.js'))
  const asking: string[] = []
  for (const path of scripts) {
    if (/(?:from|import|import\()\s*['"][^'"]+\.ts['"]/.test(await readFile(join(dist, path), 'utf8')))
      asking.push(path)
  }
  expect(asking).toEqual([])
})

test('what is loaded into a service under trial lies where the trial looks for it', async () => {
  const chunks = join(installed, 'dist/chunks')
  expect(await readFile(join(chunks, 'collect-often.js'), 'utf8')).toContain('--expose-gc')
  const files = (await readdir(chunks)).filter((file) => file.endsWith('.js'))
  const texts = await Promise.all(files.map((file) => readFile(join(chunks, file), 'utf8')))
  // Beside it, and in no other folder: the name is resolved against the chunk itself.
  expect(texts.filter((text) => text.includes('./collect-often${'))).toHaveLength(1)
})
