import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeMaxAge } from './max-age-file.ts'
import { errorCode, SpoolRefusal } from './spool-failure.ts'
import type { SpoolSettings } from './spool-settings.ts'

const MAX_NAME_LENGTH = 80

/**
 * Makes the directory of a service, and holds it to be ours: what is in it goes to our collector with our credentials,
 * and what we put in it, nobody else may read.
 *
 * @throws SpoolRefusal where another user could have a hand in it, or what the file system says
 */
export function prepareServiceDirectory(settings: SpoolSettings, serviceName: string): string {
  makeDirectory(settings.directory)
  if (settings.isDefaultDirectory) refuseForeign(settings.directory)
  const directory = join(settings.directory, toDirectoryName(serviceName))
  makeDirectory(directory)
  refuseForeign(directory)
  writeMaxAge(directory, settings.maxAgeMs)
  return directory
}

/** Any text as a name of a directory. Two services must not share one because their names look alike. */
export function toDirectoryName(serviceName: string): string {
  const safe = serviceName.replaceAll(/[^\w.-]/g, '_').slice(0, MAX_NAME_LENGTH)
  if (safe === serviceName && /^[^.]/.test(safe)) return safe
  return `${safe.replace(/^\.+/, '')}-${createHash('sha256').update(serviceName).digest('hex').slice(0, 8)}`
}

/** One step first: on a read-only file system, making all the steps at once reports ENOENT, which explains nothing. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EEXIST') return
    const above = dirname(directory)
    // Node's own way of making all of them never ends where the system says so of a directory that is there: `/proc`.
    if (code !== 'ENOENT' || above === directory) throw error
    makeDirectory(above)
    mkdirSync(directory, { mode: 0o700 })
  }
}

/**
 * A symbolic link or a directory of another user, put there beforehand, would lead what we write elsewhere.
 *
 * @throws SpoolRefusal, or what the file system says
 */
export function refuseForeign(directory: string): void {
  const found = lstatSync(directory)
  if (!found.isDirectory()) throw new SpoolRefusal(`${directory} is a link or a file, not a directory`)
  if (process.geteuid === undefined) return
  if (found.uid !== process.geteuid()) throw new SpoolRefusal(`${directory} belongs to another user (${found.uid})`)
  if ((found.mode & 0o022) !== 0) throw new SpoolRefusal(`others may write to ${directory}: make its mode 0700`)
}
