// Builds dist from src: npm run build
import { chmod, cp, mkdtemp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { copyTypes } from './copy-types.ts'
import { ROOT, isThere, readManifest } from './repository-files.ts'
import { stagePackage } from './pack.ts'
import { mustRun } from './run-command.ts'

const BUILD = join(ROOT, 'build')

/**
 * What is exported and the command become one file of `dist` each, what they share chunks, and the types that can be
 * reached from them stay files of their own. Built beside `dist` and then swapped in, so that whoever uses it meanwhile has the old one or the new one,
 * never half of one.
 */
export async function build(): Promise<void> {
  await mkdir(BUILD, { recursive: true })
  const fresh = await mkdtemp(join(BUILD, 'dist-'))
  const modules = await mkdtemp(join(BUILD, 'modules-'))
  try {
    await mustRun('tsc', ['-p', 'tsconfig.build.json', '--outDir', modules])
    const { commands, all } = entries()
    await copyTypes(modules, fresh, all)
    await bundle(modules, fresh, all)
    await copyBrowserFiles(fresh)
    for (const command of commands) await makeExecutable(join(fresh, command))
    const old = `${fresh}-old`
    await rename(join(ROOT, 'dist'), old).catch(() => {})
    await rename(fresh, join(ROOT, 'dist'))
    await rm(old, { recursive: true, force: true })
  } finally {
    await rm(modules, { recursive: true, force: true })
    await rm(fresh, { recursive: true, force: true })
  }
}

/** The files of `dist` that package.json leads to, of which there is a source. */
function entries(): { readonly commands: readonly string[]; readonly all: readonly string[] } {
  const { bin, exports } = readManifest()
  const hasSource = (target: string): boolean => isThere(target.replace('dist/', 'src/').replace(/\.js$/, '.ts'))
  const inDist = (target: string): string => target.replace(/^(?:\.\/)?dist\//, '')
  const commands = Object.values(bin ?? {})
    .filter(hasSource)
    .map(inDist)
  const exported = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target['default']]))
  return { commands, all: [...commands, ...exported.filter((target) => target !== undefined).map(inDist)] }
}

/** What the report pages run in a browser: read as text, at the same place below `dist` as below `src`. */
async function copyBrowserFiles(outDir: string): Promise<void> {
  await cp(join(ROOT, 'src/report/browser'), join(outDir, 'report/browser'), { recursive: true })
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
