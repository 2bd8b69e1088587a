import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PUBLISHED_FILES, publishedManifest } from './published-manifest.ts'
import { ROOT, isThere } from './repository-files.ts'

/** The folder that is published, and nothing else: what lies in it is what users get. */
export const STAGE = join(ROOT, 'build/package')

/** Lays out the folder to publish from `dist`, which must be built. */
export async function stagePackage(): Promise<void> {
  if (!isThere('dist')) throw new Error('There is no dist. Run "npm run build".')
  await rm(STAGE, { recursive: true, force: true })
  await mkdir(STAGE, { recursive: true })
  for (const path of PUBLISHED_FILES) {
    await cp(join(ROOT, path), join(STAGE, path), { recursive: true })
  }
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>
  await writeFile(join(STAGE, 'package.json'), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
}

/** Packs the staged folder as npm would for a release, into `folder`; gives the path of the tarball. */
export async function packTarball(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const { stdout } = await promisify(execFile)('npm', pack, { cwd: STAGE, timeout: 60_000 })
  const packed: unknown = JSON.parse(stdout)
  const [first] = Array.isArray(packed) ? (packed as readonly { filename: string }[]) : []
  if (first === undefined) throw new Error(`npm pack named no tarball: ${stdout}`)
  return join(folder, first.filename)
}
