import { channel } from 'node:diagnostics_channel'

// A name of the whole process, so that it also works across two copies of the package.
const CREATED = 'seaworthy.service-created'

/** What {@link onServiceCreated} may ask of a service that was created. */
export interface ServiceCreated {
  /** The service does not start before `released` is settled; called while the listener runs. */
  readonly startAfter: (released: Promise<unknown>) => void
}

/**
 * Says that a service was created in this process, to whoever has taken care of the process until now
 * (`seaworthy/register`): two owners would each answer a signal, and the quicker one would end the other. And to who only
 * looks at what a module declares (`seaworthy config`), where no service shall start.
 *
 * @returns what to wait for before the service starts; `undefined` where nobody had taken care
 */
export function tellServiceCreated(): Promise<unknown> | undefined {
  const waits: Promise<unknown>[] = []
  const created: ServiceCreated = { startAfter: (released) => void waits.push(released) }
  channel(CREATED).publish(created)
  return waits.length === 0 ? undefined : Promise.allSettled(waits)
}

/**
 * Calls back for each service that is created in this process, before it is returned to its maker.
 *
 * @returns ends that
 */
export function onServiceCreated(listener: (created: ServiceCreated) => void): () => void {
  const heard = (message: unknown): void => listener(message as ServiceCreated)
  const created = channel(CREATED)
  created.subscribe(heard)
  return () => created.unsubscribe(heard)
}
