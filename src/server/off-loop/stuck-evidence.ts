import { writeFileSync } from 'node:fs'
import { formatDuration } from '../../core/duration.ts'
import { hideSecrets } from '../../core/secret-text.ts'
import { type Blockage, MAX_FRAMES } from '../../lifecycle/watchdog-line.ts'
import type { OffLoopBrief } from './off-loop-messages.ts'

/** What was found when the event loop was stuck. */
export interface StuckLoop {
  /** Where it is blocked, in words that stand after "blocked". */
  readonly where: string
  /** The innermost call first; where it was in the system or in native code, the one that it came back to. */
  readonly stack: readonly string[] | undefined
  /** Where it waits in the system; `undefined` for JavaScript. */
  readonly native?: Extract<Blockage, { kind: 'native' }>
  readonly stuckMs: number
  /** ISO 8601. */
  readonly time: string
}

/** Files that one process leaves behind; of later occurrences there are only lines. */
const MAX_FILES = 5

/** The line of the log, in the order of its other lines. The main thread can't write it. */
export function toStuckLine(
  { name, fields }: Pick<OffLoopBrief, 'name' | 'fields'>,
  { where, stack, native, stuckMs, time, evidence }: StuckLoop & { readonly evidence: string | undefined },
): string {
  return `${JSON.stringify({
    level: 'error',
    time,
    ...fields,
    event: 'event_loop.stuck',
    stuckMs: Math.round(stuckMs),
    ...toFields(native, stack?.slice(0, MAX_FRAMES)),
    ...(evidence === undefined ? {} : { evidence }),
    msg: `${name}: the event loop has not turned for ${formatDuration(stuckMs)}: it is blocked ${where}; /livez answers 503`,
  })}\n`
}

/**
 * Leaves the whole stack and the state of the process on disk, with what else is left of a crash, for its owner alone.
 *
 * @returns the file, or `undefined` when none could be written
 */
export function keepStuckEvidence(
  { name, fields, evidence }: Pick<OffLoopBrief, 'name' | 'fields' | 'evidence'>,
  { stack, native, stuckMs, time }: StuckLoop,
  count: number,
): string | undefined {
  if (count > MAX_FILES || evidence === undefined) return undefined
  try {
    const file = evidence.replace(/\.json$/, `-${count}.json`)
    const text = JSON.stringify(
      {
        event: 'event_loop.stuck',
        time,
        service: name,
        ...fields,
        stuckMs: Math.round(stuckMs),
        ...toFields(native, stack),
        memory: process.memoryUsage(),
        resources: process.resourceUsage(),
        node: process.version,
        uptimeSeconds: Math.round(process.uptime()),
      },
      undefined,
      2,
    )
    writeFileSync(file, `${hideSecrets(text)}\n`, { mode: 0o600, flag: 'wx' })
    return file
  } catch {
    // A read-only file system: the line of the log has what matters most.
    return undefined
  }
}

function toFields(native: StuckLoop['native'], stack: readonly string[] | undefined): object {
  return {
    ...(native === undefined ? {} : { waitsIn: native.waitsIn, children: native.children }),
    ...(stack === undefined ? {} : { stack }),
  }
}
