import { readFileSync } from 'node:fs'
import type { Blockage } from './watchdog-line.ts'

const MAX_CHILDREN = 5

/**
 * What Linux tells of a main thread that does not run JavaScript: where in the kernel it waits, and for which child
 * processes it may be waiting, by the names of their programs; their arguments could be anybody's secrets.
 */
export function readNativeWait(pid: number): Extract<Blockage, { kind: 'native' }> {
  const waitsIn = read(`/proc/${pid}/wchan`)
  const children = (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter((child) => child !== '')
  return {
    kind: 'native',
    ...(waitsIn === undefined || waitsIn === '0' ? {} : { waitsIn }),
    children: children.slice(0, MAX_CHILDREN).map((child) => `${read(`/proc/${child}/comm`) ?? '?'} (${child})`),
  }
}

function read(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return text === '' ? undefined : text
  } catch {
    // No Linux, or not allowed.
    return undefined
  }
}
