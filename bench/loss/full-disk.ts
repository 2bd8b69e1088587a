import { execFileSync } from 'node:child_process'
import { FULL_DISK_KIB } from './settings.ts'

const NAMESPACE = ['unshare', '--map-root-user', '--mount'] as const
let isAllowed: boolean | undefined

/**
 * Begins a command whose disk is full: the directory of the spool is a tiny file system of its own, which goes with the process.
 * Where a process may not have that, no file of it may be longer than 512 bytes.
 */
export function onFullDisk(): readonly string[] {
  isAllowed ??= mayMount()
  if (!isAllowed) return ['sh', '-c', 'ulimit -f 1 && exec "$0" "$@"']
  const script = `mount -t tmpfs -o size=${FULL_DISK_KIB}k none "$SEAWORTHY_SPOOL_DIR" && exec "$0" "$@"`
  return [...NAMESPACE, 'sh', '-c', script]
}

function mayMount(): boolean {
  const [command, ...args] = NAMESPACE
  try {
    execFileSync(command, [...args, 'sh', '-c', 'mount -t tmpfs none /mnt'], { stdio: 'ignore', timeout: 5000 })
    return true
  } catch {
    return false
  }
}
