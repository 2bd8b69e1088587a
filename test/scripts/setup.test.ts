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

/** A project with the scripts that install; npm is one that only writes down that it ran. */
async function projectWith(installed?: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-setup-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const script of ['setup.mjs', 'installed-as-locked.mjs']) {
    await cp(join(ROOT, 'scripts', script), join(folder, 'scripts', script))
  }
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await write('npm.mjs', "import { appendFileSync } from 'node:fs'\nappendFileSync('ran', process.argv[2] + ' ')\n")
  await write('package-lock.json', JSON.stringify({ packages: LOCKED }))
  await write('node_modules/a/package.json', '{}')
  await write('node_modules/b/package.json', '{}')
  await mkdir(join(folder, 'node_modules/.bin'))
  await symlink(process.execPath, join(folder, 'node_modules/.bin/node'))
  if (installed !== undefined) await write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }))
  return folder
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
