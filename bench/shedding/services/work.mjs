// What every service here does for a request.
const WORK_MS = Number(process.env['BENCH_WORK_MS'])

/** Keeps the event loop for that much processor time of this thread: what else runs on the machine takes nothing of it. */
export function work() {
  const begin = process.threadCpuUsage()
  for (;;) {
    for (let index = 0; index < 2000; index++) Math.sqrt(index)
    const { user, system } = process.threadCpuUsage(begin)
    if (user + system >= WORK_MS * 1000) return
  }
}
