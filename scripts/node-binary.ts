// Gives the path of a Node of an exact version, installing it on first use:
//   node scripts/node-binary.ts 22.23.3
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, readManifest } from './repository-files.ts'

const CACHE = join(ROOT, 'node_modules/.cache/seaworthy')
/** An install is one download of about 50 MB. */
const INSTALL_LIMIT_MS = 5 * 60_000

/**
 * The path of the executable. Safe to call from several processes at once: each installs for itself beside the cache,
 * and the first to finish is kept.
 *
 * @throws Error when the version cannot be installed, or does not run here
 */
export async function nodeBinary(version: string): Promise<string> {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`"${version}" is no exact version of Node, such as 22.23.3`)
  if (version === readManifest().devDependencies['node']) return join(ROOT, 'node_modules/node/bin/node')
  const folder = join(CACHE, `node-${version}`)
  const binary = join(folder, 'node_modules', platformPackage(), 'bin', 'node')
  if (existsSync(binary)) return binary

  await mkdir(CACHE, { recursive: true })
  const own = await mkdtemp(join(CACHE, `installing-${version}-`))
  try {
    // A manifest of its own keeps npm from looking upwards for ours.
    await writeFile(join(own, 'package.json'), '{ "private": true }\n')
    const install = ['install', '--no-save', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
    await promisify(execFile)('npm', [...install, `${platformPackage()}@${version}`], {
      cwd: own,
      timeout: INSTALL_LIMIT_MS,
    })
    await rename(own, folder)
  } catch (error) {
    await rm(own, { recursive: true, force: true })
    // Another process was quicker: its folder is as good as ours.
    if (!existsSync(binary)) throw error
  }
  const { stdout } = await promisify(execFile)(binary, ['--version'], { timeout: 10_000 })
  if (stdout.trim() !== `v${version}`) throw new Error(`${binary} calls itself ${stdout.trim()}, expected v${version}`)
  return binary
}

/** The npm package that holds the executable for this machine, named as the package `node` names them. */
function platformPackage(): string {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  return `${prefix}-${process.platform}-${process.arch}`
}

if (import.meta.main) {
  for (const version of process.argv.slice(2)) console.log(await nodeBinary(version))
}
