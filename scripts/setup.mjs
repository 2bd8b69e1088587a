// Runs before every script of package.json that needs dependencies, on whatever Node the machine has (20 or newer):
// installs the exact dependencies when they are missing, or others than the lock file names. Folders that are named as
// arguments have an installation of their own, which follows.
// Plain JavaScript, because the Node that strips types comes with that very installation.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isInstalledAsLocked } from './installed-as-locked.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

install(root, (folder) => existsSync(`${folder}node_modules/.bin/node`))
for (const name of process.argv.slice(2)) install(`${root}${name}/`, () => true)

/**
 * @param {string} folder
 * @param {(folder: string) => boolean} isWhole
 */
function install(folder, isWhole) {
  const stamp = `${folder}node_modules/.seaworthy-lock`
  const wanted = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex')
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
  if (isWhole(folder)) {
    if (installed === wanted) return
    if (isInstalledAsLocked(folder)) {
      writeFileSync(stamp, wanted) // npm has done the same by hand
      return
    }
  }

  const where = folder === root ? '' : ` of ${folder.slice(root.length, -1)}`
  process.stderr.write(`seaworthy: installing dependencies${where} (npm ci), about a minute …\n`)
  // npm's own report goes to stderr, so that `npm run demo -- --json` keeps stdout for its one object.
  const npm = process.env.npm_execpath
  const command = npm ? [process.execPath, npm] : ['npm']
  const result = spawnSync(command[0], [...command.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) {
    process.stderr.write('seaworthy: npm ci failed. Check the network, then run "npm ci" by hand to see more.\n')
    process.exit(result.status ?? 1)
  }
  writeFileSync(stamp, wanted)
}
