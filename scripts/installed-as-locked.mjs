// Plain JavaScript: it runs before there is a Node that strips types.
import { existsSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

/**
 * Whether `node_modules` of a folder is what `npm ci` makes of its lock file: npm has left a copy of the part that it
 * installed, at the end and only when all went well. Each package of the lock is in it, unchanged, and no other one;
 * only optional ones may be missing, such as those for other platforms. So an `npm ci` by hand is not done again, and
 * whatever differs from the lock is.
 *
 * @param {string} folder with a slash at its end
 * @returns {boolean}
 */
export function isInstalledAsLocked(folder) {
  const wanted = packagesOf(`${folder}package-lock.json`)
  const installed = packagesOf(`${folder}node_modules/.package-lock.json`)
  if (wanted === undefined || installed === undefined) return false
  delete wanted[''] // the project itself
  const isThere = (path) => existsSync(`${folder}${path}/package.json`)
  return (
    Object.keys(installed).every((path) => isDeepStrictEqual(installed[path], wanted[path]) && isThere(path)) &&
    Object.keys(wanted).every((path) => path in installed || wanted[path].optional === true)
  )
}

/**
 * @param {string} path
 * @returns {Record<string, { optional?: boolean }> | undefined}
 */
function packagesOf(path) {
  try {
    const { packages } = JSON.parse(readFileSync(path, 'utf8'))
    return typeof packages === 'object' && packages !== null ? packages : undefined
  } catch {
    return undefined // not there, or not whole
  }
}
