import { spawnSync } from 'node:child_process'

/** A program that does nothing, from spawn to its end. */
export interface IdleSample {
  readonly tookMs: number
  readonly rssMiB: number
}

/** What a process pays that only inherits the option: a compiler, a package manager, a tool. */
export async function measureIdle({
  registered,
  root,
}: {
  readonly registered: boolean
  readonly root: string
}): Promise<IdleSample> {
  const options = registered ? { NODE_OPTIONS: '--import seaworthy/register' } : {}
  const startedAt = performance.now()
  const { stdout, status } = spawnSync(process.execPath, ['-p', 'process.memoryUsage.rss()'], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...options },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`a process that does nothing ended with ${status}`)
  return { tookMs: performance.now() - startedAt, rssMiB: Number(stdout) / 1024 / 1024 }
}
