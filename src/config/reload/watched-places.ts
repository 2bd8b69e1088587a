import { lstat, readlink } from 'node:fs/promises'
import { dirname, join, parse, resolve, sep } from 'node:path'

/** Links that are followed on the way to one file; a system gives up at as many. */
const MAX_LINKS = 40

/** Directories to be watched, each with the names in it that matter. */
export type WatchedPlaces = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Where a change of these files can happen: their directories, those of every link on the way to them (Kubernetes swaps
 * `..data`, not the file), and the directory above the file's own, which may be replaced as a whole. Of what is not there
 * yet, the nearest directory that is. A watch on the file itself would die with the first file that is renamed over it.
 */
export async function findWatchedPlaces(files: readonly string[]): Promise<WatchedPlaces> {
  const places = new Map<string, Set<string>>()
  const add = (path: string): void => {
    const directory = dirname(path)
    if (directory === path) return
    const names = places.get(directory) ?? new Set()
    places.set(directory, names.add(path.slice(directory.length).replace(sep, '')))
  }
  for (const file of files) await visit(resolve(file), add, { links: 0 })
  return places
}

async function visit(path: string, add: (path: string) => void, budget: { links: number }): Promise<void> {
  const { root } = parse(path)
  const names = path.slice(root.length).split(sep)
  let at = root
  for (const [index, name] of names.entries()) {
    const here = join(at, name)
    const kind = await kindOf(here)
    // The file itself, the directory that it is in, and whatever is missing or leads elsewhere.
    if (kind !== 'other' || index >= names.length - 2) add(here)
    if (kind === 'missing') return
    if (kind === 'link') {
      const target = budget.links++ < MAX_LINKS ? await targetOf(here) : undefined
      if (target !== undefined) await visit(join(resolve(at, target), ...names.slice(index + 1)), add, budget)
      return
    }
    at = here
  }
}

async function kindOf(path: string): Promise<'missing' | 'link' | 'other'> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'other'
  } catch {
    return 'missing'
  }
}

async function targetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path)
  } catch {
    return undefined
  }
}
