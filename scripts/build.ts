// Builds dist from src: npm run build
import { chmod, mkdtemp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, isThere, readManifest } from './repository-files.ts'
import { stagePackage } from './pack.ts'
import { mustRun } from './run-command.ts'

const BUILD = join(ROOT, 'build')

/**
 * One file of `src` becomes one of `dist`, with its types. Built beside it and then swapped in, so that whoever uses
 * `dist` meanwhile has the old one or the new one, never half of one.
 */
export async function build(): Promise<void> {
  await mkdir(BUILD, { recursive: true })
  const fresh = await mkdtemp(join(BUILD, 'dist-'))
  try {
    await mustRun('tsc', ['-p', 'tsconfig.build.json', '--outDir', fresh])
    for (const target of Object.values(readManifest().bin ?? {})) {
      if (isThere(target.replace('dist/', 'src/').replace(/\.js$/, '.ts'))) {
        await makeExecutable(join(fresh, target.replace('dist/', '')))
      }
    }
    const old = `${fresh}-old`
    await rename(join(ROOT, 'dist'), old).catch(() => {})
    await rename(fresh, join(ROOT, 'dist'))
    await rm(old, { recursive: true, force: true })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

async function makeExecutable(path: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  if (!text.startsWith('#!/usr/bin/env node\n')) {
    throw new Error(`${path} must begin with "#!/usr/bin/env node", or npm installs a command that no shell can run`)
  }
  await chmod(path, 0o755)
}

if (import.meta.main) {
  await build()
  await stagePackage()
  process.stdout.write('built dist, and build/package to be packed: npm pack ./build/package\n')
}
