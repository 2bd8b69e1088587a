import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/repository-files.ts'

/** Where `scripts/build.ts` lays out what is published. */
const STAGE = join(ROOT, 'build/package')
const SOURCES = ['src/**/*.ts', 'scripts/*.ts', 'package.json']

/**
 * Builds what is published, as it is now, and keeps a copy for the benchmark: nothing is measured as sources, and whoever
 * builds meanwhile changes nothing that is measured.
 *
 * @returns the folder of the package
 */
export function buildSeaworthy(): string {
  const folder = join(ROOT, 'build/bench-telemetry/package')
  const stamp = join(folder, 'package.json')
  const startedAt = new Date()
  const newest = Math.max(...SOURCES.flatMap((files) => globSync(files, { cwd: ROOT })).map(changedAt))
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newest) return folder
  // Standard output is for the results.
  const built = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (built.status !== 0) throw new Error('The package does not build: npm run build')
  rmSync(folder, { recursive: true, force: true })
  for (const path of ['dist', 'package.json']) cpSync(join(STAGE, path), join(folder, path), { recursive: true })
  // What was changed while it was built is not in it.
  utimesSync(stamp, startedAt, startedAt)
  return folder
}

function changedAt(path: string): number {
  return statSync(join(ROOT, path)).mtimeMs
}
