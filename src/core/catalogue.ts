import { readdir } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SeaworthyError } from './seaworthy-error.ts'

/** What every entry of a catalogue has: an id equal to the name of its file. */
export interface CatalogueEntry {
  readonly id: string
}

/**
 * Reads a folder in which each file is one entry (its default export), and returns them by id, in alphabetical order.
 * There is no index to keep: to add an entry is to add a file. Works from `src` (.ts) and from `dist` (.js).
 *
 * @throws {@link SeaworthyError} `SEA_CATALOGUE_INVALID` naming the file that can't be loaded, or whose default export is
 * no entry or has another id
 */
export async function loadCatalogue<T extends CatalogueEntry>(
  directory: URL,
  isEntry: (value: unknown) => value is T,
): Promise<ReadonlyMap<string, T>> {
  const files = (await readdir(directory)).filter((file) => /(?<!\.d)\.[jt]s$/.test(file)).sort()
  const entries = new Map<string, T>()
  for (const file of files) {
    const id = basename(file, extname(file))
    const loaded = await load(new URL(file, directory))
    if (!isEntry(loaded.default) || loaded.default.id !== id) {
      throw new SeaworthyError(
        'SEA_CATALOGUE_INVALID',
        `${fileURLToPath(new URL(file, directory))} is no entry of its catalogue`,
        {
          hint: `Export the entry as default, with the id "${id}".`,
        },
      )
    }
    entries.set(id, loaded.default)
  }
  return entries
}

async function load(file: URL): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(file.href)) as { readonly default?: unknown }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SeaworthyError('SEA_CATALOGUE_INVALID', `${fileURLToPath(file)} can't be loaded: ${why}`, {
      hint: 'Mend the file, or what it imports.',
      cause,
    })
  }
}
