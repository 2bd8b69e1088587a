import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../scripts/repository-files.ts'

const A = { version: '1.0.0', integrity: 'sha512-a' }
const B = { version: '2.0.0', integrity: 'sha512-b', dev: true }
const OF_ANOTHER_PLATFORM = { version: '3.0.0', integrity: 'sha512-c', optional: true }
const LOCKED = { '': { name: 'p' }, 'node_modules/a': A, 'node_modules/b': B, 'node_modules/c': OF_ANOTHER_PLATFORM }
const INSTALLED = { 'node_modules/a': A, 'node_modules/b': B }

/** A project of these files with the scripts that install; npm is one that only writes down that it ran. */
async function project(files: Readonly<Record<string, object>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-setup-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const script of ['setup.mjs', 'installed-as-locked.mjs']) {
    await cp(join(ROOT, 'scripts', script), join(folder, 'scripts', script))
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), JSON.stringify(content))
  }
  const npm = "import { appendFileSync } from 'node:fs'\nappendFileSync('ran', process.argv[2] + ' ')\n"
  await writeFile(join(folder, 'npm.mjs'), npm)
  return folder
}

/** One with packages of which npm says that it installed them. */
async function projectWith(installed?: object): Promise<string> {
  const folder = await project({
    'package-lock.json': { packages: LOCKED },
    'node_modules/a/package.json': {},
    'node_modules/b/package.json': {},
    ...(installed === undefined ? {} : { 'node_modules/.package-lock.json': { packages: installed } }),
  })
  await bringNode(folder)
  return folder
}

async function bringNode(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
  await symlink(process.execPath, join(folder, 'node_modules/.bin/node'))
}

/** What npm was asked to do by a setup. */
async function npmRuns(folder: string): Promise<string> {
  const env = { ...process.env, npm_execpath: join(folder, 'npm.mjs') }
  await promisify(execFile)(process.execPath, ['scripts/setup.mjs'], { cwd: folder, env, timeout: 15_000 })
  return await readFile(join(folder, 'ran'), 'utf8').catch(() => '')
}

test('after an npm ci by hand nothing is installed again', async () => {
  expect(await npmRuns(await projectWith(INSTALLED))).toBe('')
})

test('what npm itself has installed is known to be right', async () => {
  const folder = await project({
    'package.json': { name: 'p', version: '1.0.0', dependencies: { a: 'file:a' } },
    'a/package.json': { name: 'a', version: '1.0.0' },
  })
  for (const command of ['install', 'ci']) {
    await promisify(execFile)('npm', [command, '--offline', '--no-audit'], { cwd: folder, timeout: 15_000 })
  }
  await bringNode(folder)
  expect(await npmRuns(folder)).toBe('')
})

test('a second setup installs nothing again', async () => {
  const folder = await projectWith()
  expect(await npmRuns(folder)).toBe('ci ')
  expect(await npmRuns(folder)).toBe('ci ')
})

test('what is installed is known to be right as long as the lock file stays as it is', async () => {
  const folder = await projectWith(INSTALLED)
  await npmRuns(folder)
  const another = { ...LOCKED, 'node_modules/a': { ...A, version: '1.0.1' } }
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: another }))
  expect(await npmRuns(folder)).toBe('ci ')
})

test.each([
  ['of another version', { ...INSTALLED, 'node_modules/a': { ...A, version: '1.0.1' } }],
  ['of another content', { ...INSTALLED, 'node_modules/a': { ...A, integrity: 'sha512-x' } }],
  ['missing', { 'node_modules/a': A }],
  ['too much', { ...INSTALLED, 'node_modules/c': OF_ANOTHER_PLATFORM, 'node_modules/d': A }],
  ['told, but not there', { ...INSTALLED, 'node_modules/c': OF_ANOTHER_PLATFORM }],
  ['untold, as when npm was interrupted', undefined],
])('a package that is %s makes it install', async (_what, installed) => {
  expect(await npmRuns(await projectWith(installed))).toBe('ci ')
})

test('without the Node that comes with the dependencies it installs', async () => {
  const folder = await projectWith(INSTALLED)
  await rm(join(folder, 'node_modules/.bin/node'))
  expect(await npmRuns(folder)).toBe('ci ')
})
