import { readManifest } from './repository-files.ts'

/** The Node on which we work. */
export const OWN_NODE = readManifest().devDependencies['node'] ?? ''

/**
 * The Node versions on which the built package is proven: the oldest that is supported (`engines`), the newest of its
 * line, our own, and the newest of all.
 */
export const NODE_VERSIONS = ['22.15.0', '22.23.3', OWN_NODE, '26.10.0'] as const
