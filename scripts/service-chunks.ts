import { stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { reachedModules } from './reached-modules.ts'

/** Which modules become one file, as the bundler takes it. */
export interface ChunkGroup {
  readonly name: string
  readonly priority: number
  readonly test: (id: string) => boolean
}

/** What a service imports, and the module by which any other entry is known to load the whole of it, too. */
const SERVICE = 'public/index.js'
const WHOLE = 'service/service.js'

/** Files of what a service shares with entries that do without most of it: each one more is 0.15 ms of every start. */
const SHARED_FILES = 10

interface Part {
  readonly modules: readonly string[]
  /** Who loads them besides services. */
  readonly users: ReadonlySet<string>
  readonly bytes: number
}

/**
 * What every service loads is a dozen files: `core`; what nobody else loads, which is nearly everything; and what parts of
 * it others load as well (worker threads, `seaworthy/checks`, a command), put together so that these load as little as
 * possible that is not for them. `node-http.js` stays apart: it loads `node:http`, which not everybody needs.
 */
export async function serviceChunks(modules: string, entries: readonly string[]): Promise<readonly ChunkGroup[]> {
  const reached = await reachedModules(modules, SERVICE)
  for (const apart of [SERVICE, 'core/node-http.js']) reached.delete(apart)
  const users = new Map<string, Set<string>>()
  for (const entry of entries) {
    const loaded = await reachedModules(modules, entry)
    if (loaded.has(WHOLE)) continue
    for (const path of loaded) if (reached.has(path)) users.set(path, (users.get(path) ?? new Set()).add(entry))
  }
  const core = [...reached].filter((path) => path.startsWith('core/'))
  const own = [...reached].filter((path) => !users.has(path) && !path.startsWith('core/'))
  const shared = merged(await partsOf(modules, users))
  const toGroup = (name: string, paths: readonly string[], priority: number): ChunkGroup => {
    const wanted = new Set(paths)
    return { name, priority, test: (id) => wanted.has(relative(modules, id).replaceAll(sep, '/')) }
  }
  // What a module needs is used by all that use the module: taken before it, it stays where it belongs.
  return [
    toGroup('core', core, entries.length + 1),
    ...shared.map(({ modules: paths, users: { size } }, index) => toGroup(`shared-${index + 1}`, paths, size)),
    toGroup('service', own, 0),
  ]
}

async function partsOf(modules: string, users: ReadonlyMap<string, ReadonlySet<string>>): Promise<readonly Part[]> {
  const parts = new Map<string, Part>()
  for (const [path, ofPath] of users) {
    if (path.startsWith('core/')) continue
    const key = [...ofPath].toSorted().join()
    const known = parts.get(key)
    const { size } = await stat(join(modules, path))
    parts.set(key, {
      modules: [...(known?.modules ?? []), path],
      users: ofPath,
      bytes: (known?.bytes ?? 0) + size,
    })
  }
  return [...parts.values()]
}

/** Puts together, again and again, the two that cost their users least, until there are few. */
function merged(parts: readonly Part[]): readonly Part[] {
  const left = [...parts]
  while (left.length > SHARED_FILES) {
    let best: readonly [Part, Part, number] | undefined
    for (const [index, one] of left.entries()) {
      for (const other of left.slice(index + 1)) {
        const cost = unneeded(one, other) + unneeded(other, one)
        if (best === undefined || cost < best[2]) best = [one, other, cost]
      }
    }
    if (best === undefined) return left
    const [one, other] = best
    left.splice(left.indexOf(one), 1)
    left.splice(left.indexOf(other), 1)
    left.push({
      modules: [...one.modules, ...other.modules],
      users: new Set([...one.users, ...other.users]),
      bytes: one.bytes + other.bytes,
    })
  }
  return left
}

/** What the users of the second part would load of the first without a need for it. */
function unneeded(part: Part, other: Part): number {
  return part.bytes * [...other.users].filter((user) => !part.users.has(user)).length
}
