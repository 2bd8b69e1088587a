import type { ProcessIdentity } from './process-identity.ts'
import { SPOOL_VERSION } from './segment-header.ts'

/** Whose a directory is. A directory without it was let go of: it is anybody's. */
export const OWNER_FILE = 'owner.json'
/** Written to each second by the owner. */
export const HEARTBEAT_FILE = 'heartbeat'

export type OwnerFile =
  | { readonly kind: 'owner'; readonly owner: ProcessIdentity }
  | { readonly kind: 'other-version' }
  /** Only the heartbeat can tell whether anybody is there. */
  | { readonly kind: 'damaged' }

export function encodeOwner(owner: ProcessIdentity, created: string): string {
  return `${JSON.stringify({ version: SPOOL_VERSION, ...owner, created })}\n`
}

export function decodeOwner(text: string): OwnerFile {
  const value = parse(text)
  if (value === undefined || typeof value['version'] !== 'number') return { kind: 'damaged' }
  if (value['version'] !== SPOOL_VERSION) return { kind: 'other-version' }
  const { pid, startTime, pidNamespace, bootId, host } = value
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || typeof host !== 'string') {
    return { kind: 'damaged' }
  }
  const owner = {
    pid,
    host,
    startTime: textOrNull(startTime),
    pidNamespace: textOrNull(pidNamespace),
    bootId: textOrNull(bootId),
  }
  return { kind: 'owner', owner }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
