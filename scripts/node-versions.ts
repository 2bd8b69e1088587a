import { readManifest } from './repository-files.ts'

/** The Node versions on which the built package is proven: the oldest supported line, our own, and the newest. */
export const NODE_VERSIONS = ['22.23.3', readManifest().devDependencies['node'] ?? '', '26.10.0'] as const
