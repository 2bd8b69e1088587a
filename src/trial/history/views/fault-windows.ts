import { eventsOf, type Lifetime } from '../lifetime.ts'

/** A time in which the collector or a dependency failed in one way. */
export interface FaultWindow {
  readonly target: string
  readonly fault: string
  readonly from: number
  readonly to: number
}

/** What the collector is called in events of faults; every other name is a dependency. */
export const COLLECTOR = 'collector'

/** The times in which something failed, in order; the last one ends with the lifetime when nothing ended it before. */
export function faultWindows(lifetime: Lifetime, isTarget: (target: string) => boolean): FaultWindow[] {
  const endsAt = lifetime.events.at(-1)?.at ?? 0
  const windows: FaultWindow[] = []
  const open = new Map<string, Omit<FaultWindow, 'to'>>()
  const close = (target: string, to: number): void => {
    const window = open.get(target)
    if (window !== undefined) windows.push({ ...window, to })
    open.delete(target)
  }
  for (const { target, fault, at } of eventsOf(lifetime, 'fault')) {
    if (!isTarget(target)) continue
    close(target, at)
    if (fault !== 'none') open.set(target, { target, fault, from: at })
  }
  for (const target of open.keys()) close(target, endsAt)
  return windows.toSorted((one, other) => one.from - other.from)
}

/** The times in which a dependency failed. */
export function outagesOf(lifetime: Lifetime): FaultWindow[] {
  return faultWindows(lifetime, (target) => target !== COLLECTOR)
}
