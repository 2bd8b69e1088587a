import {
  closeSync,
  fstatSync,
  futimes,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
  write,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeOwner, HEARTBEAT_FILE, OWNER_FILE } from './owner-file.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** `moved`: another process has taken it over, and sends what is in it. `deleted`: what is in it can be read, by us only. */
export type Tenure = 'ours' | 'moved' | 'deleted'

const BEAT = Buffer.from('b')

/** The directory of one spool in one process. It appears with its owner in it, in one step. */
export class OwnDirectory {
  readonly path: string
  readonly id: string
  readonly #heartbeatFd: number
  #users = 1

  /** @throws what the file system says */
  constructor(serviceDirectory: string, id: string, owner: ProcessIdentity, created: string) {
    this.id = id
    this.path = join(serviceDirectory, id)
    const unfinished = join(serviceDirectory, `.new-${id}`)
    mkdirSync(unfinished, { mode: 0o700 })
    let fd: number | undefined
    try {
      writeFileSync(join(unfinished, OWNER_FILE), encodeOwner(owner, created), { mode: 0o600 })
      fd = openSync(join(unfinished, HEARTBEAT_FILE), 'wx+', 0o600)
      writeFileSync(fd, BEAT)
      renameSync(unfinished, this.path)
    } catch (error) {
      if (fd !== undefined) closeSync(fd)
      rmSync(unfinished, { recursive: true, force: true })
      throw error
    }
    this.#heartbeatFd = fd
  }

  /** Tells the others that this process lives, and looks whether the directory still is its own. */
  async beat(): Promise<Tenure> {
    this.#users++
    try {
      await this.#touch()
      const found = await stat(join(this.path, HEARTBEAT_FILE)).catch(() => undefined)
      return this.#judge(found)
    } finally {
      this.#letGo()
    }
  }

  /** The look alone, synchronously. */
  look(): Tenure {
    return this.#judge(statSync(join(this.path, HEARTBEAT_FILE), { throwIfNoEntry: false }))
  }

  /** The time of the file system, which all heartbeats have in common: that of our own last one. */
  async fileSystemNowMs(): Promise<number> {
    return (await stat(join(this.path, HEARTBEAT_FILE))).mtimeMs
  }

  /** Whoever finds it next may have it, at once. It goes away altogether when nothing is left in it. */
  release(): void {
    for (const name of [HEARTBEAT_FILE, OWNER_FILE]) quietly(() => unlinkSync(join(this.path, name)))
    quietly(() => rmdirSync(this.path))
    this.#letGo()
  }

  /** Forgets a directory that is no longer ours. */
  abandon(): void {
    this.#letGo()
  }

  /** Which byte is written doesn't matter: the write makes the file system put its own time to the file. */
  #touch(): Promise<void> {
    return new Promise((resolve) => {
      write(this.#heartbeatFd, BEAT, 0, 1, 0, (error) => {
        if (error === null) return resolve()
        // A full disk that copies on write has no room even for this byte.
        const now = new Date()
        futimes(this.#heartbeatFd, now, now, () => resolve())
      })
    })
  }

  /** Who takes a directory over makes the heartbeat file two bytes long: it says so even when it has been deleted since. */
  #judge(found: Stats | undefined): Tenure {
    try {
      const own = fstatSync(this.#heartbeatFd)
      if (found !== undefined && found.ino === own.ino && found.dev === own.dev) return 'ours'
      return own.nlink > 0 || own.size > 1 ? 'moved' : 'deleted'
    } catch {
      return 'deleted'
    }
  }

  #letGo(): void {
    if (--this.#users === 0) quietly(() => closeSync(this.#heartbeatFd))
  }
}

function quietly(action: () => void): void {
  try {
    action()
  } catch {
    // Whoever comes next clears it away.
  }
}
