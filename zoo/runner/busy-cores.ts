import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Keeps every core busy, until it is disposed of. */
export class BusyCores {
  readonly #children: readonly ChildProcess[]

  constructor(count = availableParallelism()) {
    const spin =
      'process.stdin.resume().on("end", () => process.exit()); const go = () => { for (let i = 0; i < 5e7; i++); setImmediate(go) }; go()'
    this.#children = Array.from({ length: count }, () =>
      spawn(process.execPath, ['-e', spin], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }),
    )
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }
}
