import { SeaworthyError } from 'seaworthy'

/** Ends the handling of a message in the way that a client takes for "not handled": its offset is not committed. */
export function givenBack(name: string): SeaworthyError {
  return new SeaworthyError(
    'SEA_WORK_GIVEN_BACK',
    `A message of ${name} is left to another consumer: the service is ending`,
  )
}
