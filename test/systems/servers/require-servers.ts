import { explainMissing } from '../../../scripts/debian-servers.ts'

/** Fails the whole run at once, with one message, rather than every test for itself. */
export function setup(): void {
  const why = explainMissing()
  if (why !== undefined) throw new Error(why)
}
