import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PROBE_LIMIT_MS = 5000
const OWN_NAMESPACE = ['--pid', '--fork', '--mount-proc', '--kill-child']

/** What may be tried, the one with the fewest side effects first: as root, or in a user namespace. */
const WAYS: readonly (readonly string[])[] = [
  ['unshare', ...OWN_NAMESPACE],
  ['unshare', '--user', '--map-current-user', ...OWN_NAMESPACE],
  ['unshare', '--user', '--map-root-user', ...OWN_NAMESPACE],
]

/**
 * The words to put before a command so that it becomes process 1 of a namespace of its own, as in a container; `undefined`
 * when that isn't allowed here. When the process named by them ends, so does everything in the namespace.
 *
 * @see https://man7.org/linux/man-pages/man1/unshare.1.html
 */
export async function findPidNamespace(): Promise<readonly string[] | undefined> {
  if (process.platform !== 'linux') return undefined
  for (const way of WAYS) {
    const [command = '', ...args] = way
    const isAllowed = await run(command, [...args, 'true'], { timeout: PROBE_LIMIT_MS }).then(
      () => true,
      () => false,
    )
    if (isAllowed) return [...way, '--']
  }
  return undefined
}
