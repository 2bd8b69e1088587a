import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { describeExit, lastLines } from '../history/views/exits.ts'

/** What can be said of a service that could not be tried: `SEA_PROCESS_NOT_STARTED` or `SEA_TRIAL_NOT_LISTENING`. */
export function notListening(lifetime: Lifetime, command: readonly string[], waitedMs: number): SeaworthyError {
  const words = command.join(' ')
  const notStarted = eventsOf(lifetime, 'mark').find(({ name }) => name === 'not started')
  if (notStarted !== undefined)
    return new SeaworthyError(
      'SEA_PROCESS_NOT_STARTED',
      `"${command[0]}" could not be started: ${String(notStarted.data['message'])}`,
      {
        hint: 'Check the command after "--".',
      },
    )
  const exited = eventsOf(lifetime, 'exited')[0]
  const lines = lastLines(lifetime, 10)
  const said =
    lines.length === 0 ? 'It wrote nothing.' : `Its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`
  if (exited !== undefined)
    return new SeaworthyError(
      'SEA_TRIAL_NOT_LISTENING',
      `"${words}" ended with ${describeExit(exited)} before it opened a port. ${said}`,
      {
        hint: 'Start the command by itself first; set what it needs with --env NAME=value.',
      },
    )
  const ports = openPorts(lifetime)
  if (ports.length > 0)
    return new SeaworthyError(
      'SEA_TRIAL_NOT_LISTENING',
      `"${words}" listens on port ${ports.join(', ')}, but did not answer HTTP there within ${(waitedMs / 1000).toFixed(0)} s: neither HTTP/1.1 nor HTTP/2, with TLS or without. ${said}`,
      {
        hint: 'Ask it by hand (curl -v); give it more time with --start-within when it begins to answer late; a service that speaks no HTTP can not be tried.',
      },
    )
  return new SeaworthyError(
    'SEA_TRIAL_NOT_LISTENING',
    `"${words}" opened no port within ${(waitedMs / 1000).toFixed(0)} s. ${said}`,
    { hint: 'Give it more time with --start-within; a service that opens no port can not be tried.' },
  )
}

function openPorts(lifetime: Lifetime): readonly number[] {
  const open = new Set<number>()
  for (const { what, port } of eventsOf(lifetime, 'listening')) {
    if (what === 'closed') open.delete(port)
    else open.add(port)
  }
  return [...open]
}
