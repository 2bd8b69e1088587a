import { performance } from 'node:perf_hooks'

/**
 * Watches our own event loop, which sends the load. @returns the share of the time since then in which it worked: near 1 it is
 * what is full, and not the service
 */
export function watchOwnWork(): () => number {
  const before = performance.eventLoopUtilization()
  return () => performance.eventLoopUtilization(before).utilization
}
