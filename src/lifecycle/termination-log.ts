import { constants, openSync, writeSync, closeSync } from 'node:fs'
import type { Environment } from '../core/env-reader.ts'
import { attempt } from './attempt.ts'
import { type ShutdownReport, toReportFields } from './shutdown-report.ts'

/** What a kubelet reads of a container's last words. @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/ */
const MAX_BYTES = 4096
const DEFAULT_PATH = '/dev/termination-log'

/**
 * Writes the report where a kubelet picks it up (`kubectl describe pod` shows it as the container's message). Only into
 * a file that is there already: Kubernetes makes it, elsewhere it doesn't exist. `SEAWORTHY_TERMINATION_LOG` names
 * another file, as `terminationMessagePath` does. Synchronous; a failure to write is nobody's problem by then.
 */
export function writeTerminationLog(env: Environment, summary: string, report: ShutdownReport): void {
  const path = env['SEAWORTHY_TERMINATION_LOG'] || DEFAULT_PATH
  const figures = attempt(() => `${JSON.stringify(toReportFields(report))}\n`) ?? ''
  const text = `${summary}\n${figures}`
  try {
    // Non-blocking: a pipe without a reader would hold the process up for ever.
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NONBLOCK)
    try {
      writeSync(file, Buffer.from(text).subarray(0, MAX_BYTES))
    } finally {
      closeSync(file)
    }
  } catch {
    // Not on Kubernetes, or read-only: the log line has said it all.
  }
}
