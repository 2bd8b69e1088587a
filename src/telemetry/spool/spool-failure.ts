/** A spool that cannot be used where it was asked for, said so that somebody can do something about it. */
export class SpoolRefusal extends Error {}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file size limit of the process is reached',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EIO: 'the disk reports an error',
  ENOENT: 'the directory is gone',
  ENOTDIR: 'there is a file where a directory should be',
  EEXIST: 'there is a file where a directory should be',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
}

/** Why something did not work, in words. Names no path: the line that says it does. */
export function describeFailure(error: unknown): string {
  if (error instanceof SpoolRefusal) return error.message
  const code = errorCode(error)
  if (code === undefined) return error instanceof Error ? error.message : 'unknown'
  return code in REASONS ? `${REASONS[code]} (${code})` : code
}

/** `ENOSPC` and its like; `undefined` for an error that does not come from the system. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
