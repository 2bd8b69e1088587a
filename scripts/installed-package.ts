import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './repository-files.ts'

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly directory: string
  /** Bytes of its own files, as they lie unpacked; packages nested in it count for themselves. */
  readonly sizeBytes: number
}

interface Manifest {
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** A package as `from` would load it. */
export function installedPackage(name: string, from: string = ROOT): InstalledPackage {
  const directory = findUpwards(name, from)
  const { version, license } = readManifestIn(directory)
  return { name, version, licence: license ?? 'not stated', directory, sizeBytes: sizeOf(directory) }
}

/** The packages and all that they bring with them, each once. */
export function withAllTheyBring(names: readonly string[]): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  const add = (name: string, from: string): void => {
    const one = installedPackage(name, from)
    if (found.has(one.directory)) return
    found.set(one.directory, one)
    for (const next of Object.keys(readManifestIn(one.directory).dependencies ?? {})) add(next, one.directory)
  }
  for (const name of names) add(name, ROOT)
  return [...found.values()]
}

function readManifestIn(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
}

function findUpwards(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) throw new Error(`The package ${name} is not installed. Run "npm ci".`)
  }
}

function sizeOf(directory: string): number {
  let bytes = 0
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const path = join(directory, entry.name)
    bytes += entry.isDirectory() ? sizeOf(path) : lstatSync(path).size
  }
  return bytes
}
