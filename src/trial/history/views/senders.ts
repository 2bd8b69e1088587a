import type { Lifetime } from '../lifetime.ts'
import type { Sender } from '../telemetry-events.ts'

/** Everybody who sent telemetry in a lifetime, each once. */
export function sendersOf({ events }: Pick<Lifetime, 'events'>): Sender[] {
  const senders = new Map<string, Sender>()
  for (const event of events) {
    if (event.kind !== 'span' && event.kind !== 'log' && event.kind !== 'metric') continue
    const { sender } = event
    const who = JSON.stringify([sender.service, sender.instance, sender.version, sender.pid])
    if (!senders.has(who)) senders.set(who, sender)
  }
  return [...senders.values()]
}
