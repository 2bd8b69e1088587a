import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/**
 * Subscribes to diagnostics channels. A listener that throws is contained, because Node would end the process for it.
 *
 * @returns ends all subscriptions
 */
export function subscribeAll(
  listeners: Readonly<Record<string, (message: unknown) => void>>,
  onProblem: (error: unknown) => void,
): () => void {
  const undo = Object.entries(listeners).map(([channel, listener]) => {
    const contained = (message: unknown): void => {
      try {
        listener(message)
      } catch (error) {
        onProblem(error)
      }
    }
    subscribe(channel, contained)
    return (): void => void unsubscribe(channel, contained)
  })
  return () => {
    for (const end of undo) end()
  }
}
