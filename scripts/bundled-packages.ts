import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './repository-files.ts'

/**
 * Packages whose code is published within ours instead of being installed beside it. `yaml` is 70 files, which take 15 ms
 * and 2 MiB more to load than the same code in one; and nobody hands objects of it to us, or gets some. They are
 * devDependencies: only the build needs them.
 */
export const BUNDLED: ReadonlySet<string> = new Set(['yaml'])

const MODULE_OF = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/

/** The licences of the packages that a chunk is made of, as one comment; nothing where all of it is ours. */
export async function licences(moduleIds: readonly string[]): Promise<string> {
  const names = new Set(moduleIds.map((id) => MODULE_OF.exec(id.replaceAll('\\', '/'))?.[1]))
  names.delete(undefined)
  const texts = [...names].map(async (name = '') => {
    const folder = join(ROOT, 'node_modules', name)
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { readonly version: string }
    return `Parts of this file are ${name} ${version}:\n\n${(await readFile(join(folder, 'LICENSE'), 'utf8')).trim()}`
  })
  return texts.length === 0 ? '' : `/*!\n${(await Promise.all(texts)).join('\n\n')}\n*/`
}
