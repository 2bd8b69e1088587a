import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { RunningServer } from './start-server.ts'

/** Stops a server as a machine does that has run out of memory: connections stay, and nobody answers. */
export async function freeze({ pid }: RunningServer): Promise<{ thaw(): void } & Disposable> {
  // First the one that could start more. PostgreSQL has a process for each connection.
  process.kill(pid, 'SIGSTOP')
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
  const frozen = [pid, ...children.filter((child) => child > 0)]
  for (const one of frozen) process.kill(one, 'SIGSTOP')
  await expect.poll(() => frozen.every(isStopped), { timeout: 5000, interval: 5 }).toBe(true)
  const thaw = (): void => {
    for (const one of frozen.splice(0)) process.kill(one, 'SIGCONT')
  }
  return { thaw, [Symbol.dispose]: thaw }
}

/** A signal only asks for it: until each thread has heard of it, one can still answer. */
function isStopped(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.every((thread) => /\) [Tt] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')))
}
