import { rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { MAX_AGE_MS, MAX_AGE_RANGE } from './spool-settings.ts'

/**
 * Says how long a service lets its telemetry wait, to those of other services that clear away what nobody comes for: they
 * have their own `SEAWORTHY_SPOOL_MAX_AGE`, which must not count for it.
 */
export const MAX_AGE_FILE = 'max-age'
/** Longest number that is read. */
const MAX_DIGITS = 16

/** There is none where it is the default. Never throws. */
export function writeMaxAge(serviceDirectory: string, maxAgeMs: number): void {
  const path = join(serviceDirectory, MAX_AGE_FILE)
  try {
    if (maxAgeMs === MAX_AGE_MS) rmSync(path, { force: true })
    else writeFileSync(path, String(maxAgeMs), { mode: 0o600 })
  } catch {
    // A disk that takes nothing more has other ways to be noticed.
  }
}

/** In milliseconds; the default where it isn't told. Never rejects. */
export async function readMaxAge(serviceDirectory: string): Promise<number> {
  try {
    const file = await open(join(serviceDirectory, MAX_AGE_FILE))
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_DIGITS), 0, MAX_DIGITS, 0)
      const maxAgeMs = Number(buffer.toString('latin1', 0, bytesRead))
      return maxAgeMs >= MAX_AGE_RANGE.min && maxAgeMs <= MAX_AGE_RANGE.max ? maxAgeMs : MAX_AGE_MS
    } finally {
      await file.close()
    }
  } catch {
    return MAX_AGE_MS
  }
}
