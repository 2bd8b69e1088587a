import { readFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/** What the service is called where nobody has said so. */
export interface ServiceIdentity {
  readonly name: string
  readonly version: string | undefined
}

const MAX_NAME_LENGTH = 63
const MAX_MANIFEST_BYTES = 1024 * 1024

/**
 * Name and version of the `package.json` nearest to the main script; without one the name of the script. The scope of a
 * package is left out.
 *
 * @param script the path of the main script, as `process.argv[1]` has it
 */
export function identifyService(script: string | undefined): ServiceIdentity {
  if (script === undefined || script === '') return { name: 'node', version: undefined }
  const manifest = nearestManifest(dirname(script))
  const own = toServiceName(manifest?.name)
  const { version } = manifest ?? {}
  if (own !== undefined)
    return { name: own, version: typeof version === 'string' && version !== '' ? version : undefined }
  return { name: toServiceName(basename(script, extname(script))) ?? 'node', version: undefined }
}

interface Manifest {
  readonly name?: unknown
  readonly version?: unknown
}

/** The first one upwards that has a name: some folders hold one that says `{ "type": "module" }` and nothing else. */
function nearestManifest(folder: string): Manifest | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = readManifest(join(at, 'package.json'))
    if (manifest?.name !== undefined) return manifest
    if (dirname(at) === at) return undefined
  }
}

function readManifest(path: string): Manifest | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const value: unknown = text.length > MAX_MANIFEST_BYTES ? undefined : JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    // There is none, or it is none that can be read: what is above it counts.
    return undefined
  }
}

/** A name that a service may have: see `name` of `createService()`. */
function toServiceName(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const name = text
    .replace(/^@[^/]*\//, '')
    .replaceAll(/[^\w.-]/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, MAX_NAME_LENGTH)
  return name === '' ? undefined : name
}
