import { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { Chunk } from '../pipeline/chunk.ts'

/** Where an {@link OpenChunk} belongs. */
export interface OpenChunkOwner {
  readonly maxChunkBytes: number
  readonly maxItemBytes: number
  readonly maxItemsPerChunk: number
  /** A writer to fill. The owner may seal another chunk for it. */
  open(chunk: OpenChunk): ProtobufWriter
  /** The first item of a chunk is in. */
  began(chunk: OpenChunk): void
  created(items: number): void
  dropped(items: number, reason: 'too_large' | 'encode_failed'): void
  /** A chunk of the first `end` bytes of the writer. */
  frame(chunk: OpenChunk, writer: ProtobufWriter, items: number, end: number): Chunk
  /** The chunk is empty and gives its writer back. */
  closed(chunk: OpenChunk, writer: ProtobufWriter): void
  /** Gives it to the sink, which may have items of its own for this very chunk: call it when everything is in order. */
  handOn(sealed: Chunk): void
}

/** An item that came in while another one was being written: it waits for that one's end. */
interface Interjection {
  readonly fields: Uint8Array
  readonly items: number
}

/**
 * The items of one signal and one instrumentation scope that wait for the rest of their chunk, encoded already. Whoever
 * has items of that scope may keep it for good; it holds a buffer only while there is something in it.
 *
 * Between {@link begin} and {@link commit} or {@link rollback}, the code of a user may run (a getter, `toJSON`) and have
 * an item of its own for the same chunk. That works, too: it comes in after the one that is being written.
 */
export class OpenChunk {
  /** When its first item came in, on the scale of the clock. Set by its owner. */
  since = 0
  /** What comes before the items in the scope's message. */
  readonly head: Uint8Array
  readonly #owner: OpenChunkOwner
  #writer: ProtobufWriter | undefined = undefined
  #items = 0
  /** Where the item that is being written began, its tag included. */
  #itemStart = 0
  #messageStart = 0
  #isWriting = false
  #nested: ProtobufWriter[] | undefined = undefined
  #interjected: Interjection[] | undefined = undefined

  constructor(owner: OpenChunkOwner, head: Uint8Array) {
    this.#owner = owner
    this.head = head
  }

  /** How many items are in it. */
  get items(): number {
    return this.#items
  }

  /** Whether an item is being written at this moment. */
  get isWriting(): boolean {
    return this.#isWriting
  }

  /** Begins an item: write its fields. End it with {@link commit} or {@link rollback}, in the same turn. */
  begin(): ProtobufWriter {
    if (this.#isWriting) return this.#beginNested()
    const writer = (this.#writer ??= this.#owner.open(this))
    this.#isWriting = true
    this.#itemStart = writer.position
    this.#messageStart = writer.openWide(18)
    return writer
  }

  /**
   * The item that was begun is complete: it counts as created from here on.
   *
   * @param items how many items the message is, for metrics: its data points
   */
  commit(items = 1): void {
    if (this.#nested !== undefined && this.#nested.length > 0) return this.#commitNested(items)
    const writer = this.#writer
    if (writer === undefined || !this.#isWriting) return
    writer.closeWide(this.#messageStart)
    this.#isWriting = false
    this.#added(writer, this.#itemStart, items)
    if (this.#interjected !== undefined) this.#takeInterjected()
  }

  /**
   * Takes the item that was begun back, as if it had never been.
   *
   * @param lostItems how many items are lost by that: they count as created and dropped (`encode_failed`)
   */
  rollback(lostItems = 0): void {
    if (lostItems > 0) {
      this.#owner.created(lostItems)
      this.#owner.dropped(lostItems, 'encode_failed')
    }
    if (this.#nested !== undefined && this.#nested.length > 0) return void this.#nested.pop()
    if (!this.#isWriting) return
    this.#isWriting = false
    this.#writer?.rewind(this.#itemStart)
    if (this.#interjected !== undefined) this.#takeInterjected()
    if (this.#items === 0) this.#close()
  }

  /** Hands on what is in it, at once. An item that is being written stays for the next chunk. */
  seal(): void {
    const writer = this.#writer
    if (writer === undefined || this.#isWriting) return
    if (this.#items === 0) return this.#close()
    const sealed = this.#owner.frame(this, writer, this.#items, writer.position)
    this.#items = 0
    this.#close()
    this.#owner.handOn(sealed)
  }

  #added(writer: ProtobufWriter, itemStart: number, items: number): void {
    const owner = this.#owner
    const end = writer.position
    const itemBytes = end - itemStart
    owner.created(items)
    if (itemBytes > owner.maxItemBytes) {
      owner.dropped(items, 'too_large')
      writer.rewind(itemStart)
      if (this.#items === 0) this.#close()
      return
    }
    if (this.#items > 0 && (itemBytes > owner.maxChunkBytes || this.#items + items > owner.maxItemsPerChunk)) {
      const sealed = owner.frame(this, writer, this.#items, itemStart)
      moveToFront(writer, itemStart, end)
      this.#items = 0
      this.#count(items)
      owner.handOn(sealed)
    } else {
      this.#count(items)
    }
    if (this.#writer !== undefined && this.#isFull(this.#writer)) this.seal()
  }

  #count(items: number): void {
    if (this.#items === 0) this.#owner.began(this)
    this.#items += items
  }

  #isFull(writer: ProtobufWriter): boolean {
    return writer.position >= this.#owner.maxChunkBytes || this.#items >= this.#owner.maxItemsPerChunk
  }

  #close(): void {
    const writer = this.#writer
    if (writer === undefined) return
    this.#writer = undefined
    writer.rewind(0)
    this.#owner.closed(this, writer)
  }

  #beginNested(): ProtobufWriter {
    const writer = new ProtobufWriter()
    this.#nested ??= []
    this.#nested.push(writer)
    return writer
  }

  #commitNested(items: number): void {
    const writer = this.#nested?.pop()
    if (writer === undefined) return
    this.#interjected ??= []
    this.#interjected.push({ fields: writer.finish(), items })
  }

  #takeInterjected(): void {
    const interjected = this.#interjected ?? []
    this.#interjected = undefined
    for (const { fields, items } of interjected) {
      this.begin().raw(fields)
      this.commit(items)
    }
  }
}

function moveToFront(writer: ProtobufWriter, from: number, to: number): void {
  const item = new Uint8Array(to - from)
  writer.copyTo(item, 0, from, to)
  writer.rewind(0)
  writer.raw(item)
}
