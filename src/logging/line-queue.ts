/** Lines that wait for room, oldest first, as bytes. It counts; the bound is its owner's to keep. */
export class LineQueue {
  #lines: Buffer[] = []
  #head = 0
  #bytes = 0
  /** Whether the first line was written in part: its rest has to come next, whatever else happens. */
  #torn = false

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** Lines that wait, a torn one included. */
  get length(): number {
    return this.#lines.length - this.#head
  }

  push(line: Buffer): void {
    this.#lines.push(line)
    this.#bytes += line.length
  }

  /** Moves the last line to the front, behind a torn one. */
  hurryLast(): void {
    const last = this.length > 1 ? this.#lines.pop() : undefined
    if (last !== undefined) this.#lines.splice(this.#head + (this.#torn ? 1 : 0), 0, last)
  }

  /** As many whole lines from the front as fit into `maxBytes`, at least one; they stay until {@link LineQueue.take}. */
  front(maxBytes: number): Buffer {
    const first = this.#lines[this.#head] ?? Buffer.alloc(0)
    let end = this.#head + 1
    let bytes = first.length
    for (let next = this.#lines[end]; next !== undefined && bytes + next.length <= maxBytes; next = this.#lines[end]) {
      bytes += next.length
      end++
    }
    return end === this.#head + 1 ? first : Buffer.concat(this.#lines.slice(this.#head, end), bytes)
  }

  /** Takes `bytes` away from the front, and returns how many lines ended in them. */
  take(bytes: number): number {
    let left = bytes
    let ended = 0
    while (left > 0) {
      const first = this.#lines[this.#head]
      if (first === undefined) break
      if (left < first.length) {
        this.#lines[this.#head] = first.subarray(left)
        this.#torn = true
        break
      }
      left -= first.length
      this.#head++
      this.#torn = false
      ended++
    }
    this.#bytes -= bytes
    this.#compact()
    return ended
  }

  clear(): void {
    this.#lines = []
    this.#head = 0
    this.#bytes = 0
    this.#torn = false
  }

  /** The array is cut only now and then: to shift it for each line would cost its length. */
  #compact(): void {
    if (this.#head === this.#lines.length) {
      this.#lines = []
      this.#head = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head)
      this.#head = 0
    }
  }
}
