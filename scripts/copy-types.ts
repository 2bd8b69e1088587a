import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'

/** In declarations of TypeScript: `from './x.js'`, `import './x.js'`, `import('./x.js').X`. */
const RELATIVE = /(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+?)\.[jt]s['"]/g

/**
 * Copies the types that users can reach from the entries: each entry's own, what those refer to, and so on. What is
 * behind no entry is nobody's, and would be half of what is published.
 *
 * @param entries files with code, by their paths in `modules`
 */
export async function copyTypes(modules: string, outDir: string, entries: readonly string[]): Promise<void> {
  const waiting = entries.map((entry) => entry.replace(/\.js$/, '.d.ts'))
  const reached = new Set(waiting)
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = await readFile(join(modules, file), 'utf8')
    await mkdir(dirname(join(outDir, file)), { recursive: true })
    await copyFile(join(modules, file), join(outDir, file))
    for (const [, path] of text.matchAll(RELATIVE)) {
      const next = `${normalize(join(dirname(file), path ?? ''))}.d.ts`
      if (!reached.has(next)) waiting.push(next)
      reached.add(next)
    }
  }
}
