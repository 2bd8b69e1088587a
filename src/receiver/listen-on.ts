import type { AddressInfo, Server } from 'node:net'
import { SeaworthyError } from '../core/seaworthy-error.ts'

/** @throws {@link SeaworthyError} `SEA_RECEIVER_PORT_TAKEN`, `SEA_RECEIVER_LISTEN_FAILED` */
export function listenOn(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(explain(error, host, port))
    server.once('error', onError)
    server.listen({ host, port }, () => {
      server.off('error', onError)
      resolve(server.address() as AddressInfo)
    })
  })
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): SeaworthyError {
  if (error.code === 'EADDRINUSE') {
    return new SeaworthyError('SEA_RECEIVER_PORT_TAKEN', `Port ${port} of ${host} is taken by another process`, {
      hint: 'End that process, or choose another port; 0 takes any that is free.',
      cause: error,
    })
  }
  return new SeaworthyError('SEA_RECEIVER_LISTEN_FAILED', `Cannot listen on port ${port} of ${host}: ${error.code}`, {
    hint: 'Choose an address of this machine and a port that you may use.',
    cause: error,
  })
}
