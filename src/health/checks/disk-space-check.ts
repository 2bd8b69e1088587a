import type { StatsFs } from 'node:fs'
import type { HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, degraded, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { formatBytes } from './format-bytes.ts'
import { SingleQuestion } from './until-aborted.ts'
import { probeWriting } from './write-probe.ts'

/** From when on a file system is too full. */
export interface DiskSpaceCheckOptions extends ReadyCheckOptions {
  /** Free share of the space, and of the inodes, below which it is degraded: 0 to 100. @default 10 */
  readonly degradedBelowPercent?: number
  /** Free bytes below which it is degraded. @default 0, only the share counts */
  readonly degradedBelowBytes?: number
  /** Free share of the space, and of the inodes, below which it is unhealthy: 0 to 100. @default 0, only bytes count */
  readonly unhealthyBelowPercent?: number
  /** Free bytes below which it is unhealthy. @default 10485760, 10 MiB */
  readonly unhealthyBelowBytes?: number
  /**
   * Whether to write a small file and remove it again: a file system that was mounted read-only after an error has space
   * as before.
   *
   * @default false
   */
  readonly writeProbe?: boolean
}

interface Settings {
  readonly degradedBelow: Threshold
  readonly unhealthyBelow: Threshold
}

interface Threshold {
  readonly percent: number
  readonly bytes: number
}

/**
 * A check that a file system has room: bytes and inodes that a process without privileges can have. However long it
 * hangs, as network file systems do, one question is under way.
 *
 * @param path any folder on it
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://nodejs.org/api/fs.html#class-fsstatfs
 */
export function diskSpaceCheck(path: string, options: DiskSpaceCheckOptions = {}): HealthCheckDefinition {
  return defineCheck('diskSpaceCheck()', options, (read) => {
    if (typeof path !== 'string' || path === '' || path.includes('\0')) read.problem('the first argument is no path')
    const percent = { min: 0, max: 100 }
    const thresholds: Settings = {
      degradedBelow: {
        percent: read.number('degradedBelowPercent', { fallback: 10, ...percent }),
        bytes: read.integer('degradedBelowBytes', { fallback: 0, min: 0 }),
      },
      unhealthyBelow: {
        percent: read.number('unhealthyBelowPercent', { fallback: 0, ...percent }),
        bytes: read.integer('unhealthyBelowBytes', { fallback: 10_485_760, min: 0 }),
      },
    }
    const writes = read.boolean('writeProbe', { fallback: false })
    const question = new SingleQuestion<Settings, HealthCheckResult>(async (of) => {
      const result = judge(path, await process.getBuiltinModule('node:fs').promises.statfs(path), of)
      if (writes && result.status !== 'unhealthy') await probeWriting(path)
      return result
    })
    return {
      name: `disk ${path}`,
      run: async ({ signal }) => {
        try {
          return await question.ask(thresholds, signal)
        } catch (error) {
          return failed(`disk ${path}`, error)
        }
      },
    }
  })
}

/** Visible for what no file system at hand shows, such as one without inodes left. */
export function judge(
  path: string,
  { bavail, bfree, blocks, bsize, files, ffree }: Omit<StatsFs, 'type'>,
  { degradedBelow, unhealthyBelow }: Settings,
): HealthCheckResult {
  const bytes = bavail * bsize
  // As `df` counts: what is kept for root is neither free nor there.
  const usable = blocks - bfree + bavail
  const percent = usable > 0 ? (bavail / usable) * 100 : 100
  // Some file systems have no fixed number of inodes, and say 0.
  const inodePercent = files > 0 ? (ffree / files) * 100 : 100
  const space = `disk ${path}: ${formatBytes(bytes)} free, ${percent.toFixed(1)} %`
  const inodes = `disk ${path}: ${ffree} inodes free, ${inodePercent.toFixed(1)} %`
  const isShort = (of: Threshold): boolean => percent < of.percent || bytes < of.bytes
  const isShortOfInodes = (of: Threshold): boolean => inodePercent < of.percent || (files > 0 && ffree === 0)
  if (isShort(unhealthyBelow)) return unhealthy(space)
  if (isShortOfInodes(unhealthyBelow)) return unhealthy(inodes)
  if (isShort(degradedBelow)) return degraded(space)
  return isShortOfInodes(degradedBelow) ? degraded(inodes) : HEALTHY
}
