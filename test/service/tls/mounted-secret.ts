import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFiles } from '../../config/temporary-files.ts'

/** A folder as Kubernetes mounts a Secret: each version lies in a folder of its own, and one link is swapped. */
export interface MountedSecret extends AsyncDisposable {
  path(name: string): string
  /** The next version: all its files at once, and the one before is gone. */
  swap(files: Readonly<Record<string, string>>): Promise<void>
}

export async function mountedSecret(files: Readonly<Record<string, string>>): Promise<MountedSecret> {
  const folder = await temporaryFiles({})
  let version = 0
  const swap = async (next: Readonly<Record<string, string>>): Promise<void> => {
    version++
    await mkdir(folder.path(`..v${version}`))
    for (const [name, text] of Object.entries(next)) await writeFile(join(folder.path(`..v${version}`), name), text)
    await symlink(`..v${version}`, folder.path('..data_tmp'))
    await rename(folder.path('..data_tmp'), folder.path('..data'))
    if (version > 1) await rm(folder.path(`..v${version - 1}`), { recursive: true })
  }
  await swap(files)
  for (const name of Object.keys(files)) await symlink(`..data/${name}`, folder.path(name))
  return { path: (name) => folder.path(name), swap, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
