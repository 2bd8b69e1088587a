import { SeaworthyError } from './seaworthy-error.ts'

/** As in `engines` of the package; a convention test holds the two together. */
export const REQUIRED_NODE = '22.15'

/** Why this Node can't be used, or `undefined` if it can. */
export function tooOldNode(version: string): SeaworthyError | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needMajor = 0, needMinor = 0] = REQUIRED_NODE.split('.').map(Number)
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return undefined
  return new SeaworthyError(
    'SEA_NODE_TOO_OLD',
    `This is Node ${version}, and Seaworthy needs ${REQUIRED_NODE} or newer`,
    { hint: 'Install a supported Node, such as the current LTS.' },
  )
}

/**
 * npm only warns when Node is too old; without this, the first missing function would say so, in its own words.
 *
 * @throws {@link SeaworthyError} `SEA_NODE_TOO_OLD`
 */
export function requireNode(version: string): void {
  const error = tooOldNode(version)
  if (error !== undefined) throw error
}
