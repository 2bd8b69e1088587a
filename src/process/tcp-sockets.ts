import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** A row of the kernel's table of TCP sockets. */
export interface TcpSocket {
  /** Names the socket: `/proc/<pid>/fd/<n>` links to `socket:[inode]`. 0 for one that no process has any more. */
  readonly inode: number
  readonly localHost: string
  readonly localPort: number
  readonly remoteHost: string
  /** 0 for one that listens. */
  readonly remotePort: number
  /** `LISTEN`, `ESTABLISHED`, `CLOSE_WAIT`, … */
  readonly state: string
}

/** @see https://github.com/torvalds/linux/blob/master/include/net/tcp_states.h */
const STATES: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED',
  '02': 'SYN_SENT',
  '03': 'SYN_RECV',
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '06': 'TIME_WAIT',
  '07': 'CLOSE',
  '08': 'CLOSE_WAIT',
  '09': 'LAST_ACK',
  '0A': 'LISTEN',
  '0B': 'CLOSING',
  '0C': 'NEW_SYN_RECV',
}

/** The TCP sockets of the network that a process lives in, of both families of addresses; empty without `/proc`. */
export async function readTcpSockets(pid: number | 'self'): Promise<TcpSocket[]> {
  const texts = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '')),
  )
  return texts.flatMap((text) => text.split('\n').slice(1).flatMap(parseRow))
}

/** A row has 150 bytes or some more. Whoever asks for no more than that gets them row by row. */
const ROW_BYTES = 180

/**
 * Only those that listen. The kernel writes them first and makes up each row when it is read, so that reading as far as the
 * first other one costs a tenth of a millisecond, and the whole table ten of them on a busy machine.
 */
export function readListeningSockets(pid: number | 'self'): TcpSocket[] {
  return ['tcp', 'tcp6'].flatMap((name) => readWhileListening(`/proc/${pid}/net/${name}`))
}

function readWhileListening(path: string): TcpSocket[] {
  const found: TcpSocket[] = []
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const buffer = Buffer.allocUnsafe(ROW_BYTES)
    let text = ''
    for (;;) {
      const length = readSync(file, buffer, 0, ROW_BYTES, null)
      text += buffer.toString('latin1', 0, length)
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const row of lines.flatMap(parseRow)) {
        if (row.state !== 'LISTEN') return found
        found.push(row)
      }
      if (length === 0) return found
    }
  } catch {
    return found
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function parseRow(line: string): TcpSocket[] {
  const fields = line.trim().split(/\s+/)
  if (fields[0] === 'sl') return []
  const [address, port] = (fields[1] ?? '').split(':')
  const [remote = '', remotePort = '0'] = (fields[2] ?? '').split(':')
  if (address === undefined || port === undefined) return []
  const state = STATES[fields[3] ?? ''] ?? 'CLOSE'
  const local = { localHost: hostOf(address), localPort: Number.parseInt(port, 16) }
  return [
    {
      inode: Number(fields[9]),
      ...local,
      remoteHost: hostOf(remote),
      remotePort: Number.parseInt(remotePort, 16),
      state,
    },
  ]
}

/** Addresses are printed as 32-bit words in the order of the machine's bytes, which is the little end first nearly everywhere. */
function hostOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? []
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)))
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.every((byte) => byte === 0)) return '::'
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255) return bytes.slice(12).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  )
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::')
}

/** The file descriptors of a process that are sockets, by their inodes; empty when they are out of sight. */
export function socketsOf(pid: number): Map<number, number> {
  const found = new Map<number, number>()
  try {
    for (const name of readdirSync(`/proc/${pid}/fd`)) {
      const inode = inodeOf(pid, Number(name))
      if (inode !== undefined) found.set(inode, Number(name))
    }
  } catch {
    // Gone meanwhile, or of another user.
  }
  return found
}

/** The socket behind a file descriptor; `undefined` when it is none, or closed. Costs some microseconds. */
export function inodeOf(pid: number, descriptor: number): number | undefined {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? []
    return inode === undefined ? undefined : Number(inode)
  } catch {
    return undefined
  }
}
