import type { Server } from 'node:net'

import { SeaworthyError } from '../core/seaworthy-error.ts'
import { type BoundAddress, boundAddress, formatHost } from './bound-address.ts'

export type { BoundAddress } from './bound-address.ts'

export interface ListenOptions {
  /** What messages call this listener. */
  readonly name: string
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number
  /** Where its port is set, for messages. @default none is named */
  readonly portSetting?: string
  /** A host name or an IP address of this machine. @default all interfaces */
  readonly host?: string | undefined
  /** Length of the kernel's queue of connections that are not accepted yet. @default 511, Node's own */
  readonly backlog?: number
  /** Gives up: a host name that does not resolve can take long. */
  readonly signal?: AbortSignal
  /**
   * Errors of the bound listener, such as an accept that fails. Node would make each of them an uncaught exception.
   *
   * @default nothing happens
   */
  readonly onError?: (error: SeaworthyError) => void
}

/**
 * Binds `server` and says where it is bound. After it, the server never emits an unhandled `error`.
 *
 * @throws {@link SeaworthyError} `SEA_LISTENER_PORT_TAKEN` or `SEA_LISTENER_BIND_FAILED`, naming listener and address
 */
export function listen(server: Server, options: ListenOptions): Promise<BoundAddress> {
  const { name, port, host, backlog, signal, onError } = options
  return new Promise((resolve, reject) => {
    let isBound = false
    const fail = (error: unknown): void => {
      signal?.removeEventListener('abort', giveUp)
      reject(toBindError(error, options))
    }
    const giveUp = (): void => {
      server.close()
      fail(signal?.reason)
    }
    // It stays for the life of the server: without a listener, an error would end the process past every shutdown.
    server.on('error', (error) => {
      if (!isBound) fail(error)
      else onError?.(toLaterError(error, name))
    })
    server.once('listening', () => {
      isBound = true
      signal?.removeEventListener('abort', giveUp)
      resolve(boundAddress(server))
    })
    if (signal?.aborted === true) {
      fail(signal.reason)
      return
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      server.listen({
        port,
        ...(host === undefined ? {} : { host }),
        ...(backlog === undefined ? {} : { backlog }),
      })
    } catch (error) {
      fail(error)
    }
  })
}

/** What a failed bind says, with what to do about it. */
export function toBindError(
  error: unknown,
  { name, port, portSetting, host }: Pick<ListenOptions, 'name' | 'port' | 'portSetting' | 'host'>,
): SeaworthyError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  const where = host === undefined ? `port ${port} on all interfaces` : `${formatHost(host)}:${port}`
  if (code === 'EADDRINUSE') {
    return new SeaworthyError('SEA_LISTENER_PORT_TAKEN', `Listener "${name}" can't have ${where}: it is taken`, {
      hint: `Stop the process that holds it (ss -ltnp 'sport = :${port}' names it), or set another port${portSetting === undefined ? '' : ` by ${portSetting}`}; 0 takes any free one.`,
      cause: error,
    })
  }
  const { what, hint } = explain(code ?? '', port)
  return new SeaworthyError('SEA_LISTENER_BIND_FAILED', `Listener "${name}" can't be bound to ${where}: ${what}`, {
    hint,
    cause: error,
  })
}

function explain(code: string, port: number): { readonly what: string; readonly hint: string } {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return {
        what: `no right to it (${code})`,
        hint: port < 1024 ? 'Set a port from 1024 on: lower ones need a privilege.' : 'Set another port.',
      }
    case 'EADDRNOTAVAIL':
      return {
        what: 'no such address on this machine',
        hint: 'Set the host to an address of this machine, or to none.',
      }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { what: 'the host name does not resolve', hint: 'Set the host to an IP address, or to none.' }
    case 'ERR_SERVER_ALREADY_LISTEN':
      return { what: 'the server is bound already', hint: 'Hand over a server that has not been told to listen.' }
    case 'ERR_SOCKET_BAD_PORT':
      return { what: 'that is no port', hint: 'Set a port from 0 to 65535.' }
    default:
      return { what: code === '' ? 'it was given up' : code, hint: 'Look at the cause of this error.' }
  }
}

/** An error of a listener that was bound. */
export function toLaterError(error: Error, name: string): SeaworthyError {
  const { code } = error as NodeJS.ErrnoException
  return new SeaworthyError('SEA_LISTENER_FAILED', `Listener "${name}" reported an error: ${error.message}`, {
    hint:
      code === 'EMFILE' ? 'Raise the limit of open files, or lower the number of connections.' : 'Look at the cause.',
    cause: error,
  })
}
