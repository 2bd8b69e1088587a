import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Imports and re-exports that are followed as soon as a module is loaded, as TypeScript writes them: not `import()`. */
const STATIC = /^(?:import|export)\b[^'"]*?['"](\.{1,2}\/[^'"]+\.js)['"]/gm

/** The modules that are loaded with `entry`, itself included, as paths from the folder `modules`. */
export async function reachedModules(modules: string, entry: string): Promise<Set<string>> {
  const reached = new Set([entry])
  for (const file of reached) {
    const text = await readFile(join(modules, file), 'utf8')
    for (const [, path] of text.matchAll(STATIC)) reached.add(join(dirname(file), path ?? '').replaceAll('\\', '/'))
  }
  return reached
}
