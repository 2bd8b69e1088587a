/** The fields of package.json that a user of the package needs; development has more, which stays here. */
const PUBLISHED = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'bin',
  'type',
  'sideEffects',
  'exports',
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'engines',
] as const

/**
 * What the package holds besides its manifest: the code, and what the links of the README lead to, so that everything
 * can be read where it is installed, in the version that is installed.
 */
export const PUBLISHED_FILES = [
  'dist',
  'docs/guide',
  'docs/reference',
  'docs/benchmarks',
  'docs/examples',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'PRINCIPLES.md',
  'CONTRIBUTING.md',
] as const

/**
 * Published as a range, although development pins it: there should be one copy of it in a process, and npm can share
 * ours with a service's own only when both ranges meet. The others stay exact: what is published is what was tested.
 */
const SHARED_WITH_USERS = new Set(['@opentelemetry/api'])

const SOURCE_CONDITION = 'seaworthy-source'

/** The package.json to publish: only what users need, and no way to sources that are not in the package. */
export function publishedManifest(manifest: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const published: Record<string, unknown> = {}
  for (const field of PUBLISHED) if (manifest[field] !== undefined) published[field] = manifest[field]
  published['files'] = [...PUBLISHED_FILES]
  published['exports'] = withoutSource(manifest['exports'])
  published['dependencies'] = installed(manifest['dependencies'])
  return published
}

/** What is installed with the package. */
function installed(dependencies: unknown): Record<string, string> {
  const exact = Object.entries(dependencies as Readonly<Record<string, string>>)
  return Object.fromEntries(
    exact.map(([name, version]) => [name, SHARED_WITH_USERS.has(name) ? `^${version}` : version]),
  )
}

function withoutSource(target: unknown): unknown {
  if (typeof target !== 'object' || target === null) return target
  return Object.fromEntries(
    Object.entries(target)
      .filter(([condition]) => condition !== SOURCE_CONDITION)
      .map(([key, value]) => [key, withoutSource(value)]),
  )
}
