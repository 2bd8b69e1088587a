import type { Random } from '../../src/load/random.ts'
import { parseWire, writeVarint, writeWire, type WireField } from './wire-tree.ts'

/** Where a field stands: the list it is in, and its place there. */
interface Spot {
  readonly list: WireField[]
  readonly index: number
  readonly field: WireField
}

/** How large an input may become by repetition, mostly: large ones find little more and take all the time. */
const BLOW_UP = [1000, 1000, 4000, 4000, 20_000, 200_000]
const GIANT = [2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]
const BAD_UTF8 = ['80', 'c328', 'c0af', 'eda080', 'f4908080', 'e282', 'ff', 'efbfbdff', 'f09f91'].map((hex) =>
  Buffer.from(hex, 'hex'),
)
const OVERLONG = ['8080808080808080808001', 'ffffffffffffffffff02', 'ffffffffffffffffff7f', '80808080808080808000'].map(
  (hex) => Buffer.from(hex, 'hex'),
)

type TreeMutation = (random: Random, spot: Spot, spots: readonly Spot[]) => void
type ByteMutation = (random: Random, bytes: Buffer) => Buffer

const TREE: Readonly<Record<string, TreeMutation>> = {
  'wrong wire type': (random, { field }) => {
    field.tag = (field.tag & ~7n) | BigInt(random.below(8))
  },
  'other field number': (random, { field }) => {
    field.tag = (BigInt(random.below(20)) << 3n) | (field.tag & 7n)
  },
  'odd field number': (random, { field }) => {
    const number = random.pick([0n, 2n ** 29n - 1n, 2n ** 29n, 2n ** 32n, 2n ** 60n])
    field.tag = (number << 3n) | (field.tag & 7n)
  },
  'length lies': (random, { field }) => {
    const length = Buffer.isBuffer(field.content) ? field.content.length : writeWire(field.content).length
    const lie = BigInt(length + random.below(20) - 10)
    field.claimedLength = lie < 0n ? 0n : lie
  },
  'giant length': (random, { field }) => {
    field.claimedLength = random.pick(GIANT)
  },
  'field twice': (_, { list, index, field }) => {
    list.splice(index, 0, structuredCloneOf(field))
  },
  'field many times': (random, { list, index, field }) => {
    const size = Buffer.isBuffer(field.content) ? field.content.length : writeWire(field.content).length
    const count = 1 + random.below(Math.min(3000, Math.floor(random.pick(BLOW_UP) / (size + 2))))
    list.splice(index, 0, ...Array.from({ length: count }, () => field))
  },
  'field gone': (_, { list, index }) => {
    list.splice(index, 1)
  },
  'fields shuffled': (random, { list }) => {
    for (let at = list.length - 1; at > 0; at--) {
      const other = random.below(at + 1)
      const held = list[at] as WireField
      list[at] = list[other] as WireField
      list[other] = held
    }
  },
  'field moved elsewhere': (random, { field }, spots) => {
    const target = random.pick(spots)
    target.list.splice(target.index, 0, structuredCloneOf(field))
  },
  'unknown field': (random, { list, index }) => {
    const wireType = random.pick([0, 1, 2, 5])
    const content =
      wireType === 0 ? writeVarint(BigInt(random.bits())) : random.bytes([0, 8, 9, 0, 0, 4][wireType] ?? 0)
    list.splice(index, 0, { tag: BigInt(50 + random.below(1000)) * 8n + BigInt(wireType), content })
  },
  group: (random, { list, index }) => {
    const number = BigInt(1 + random.below(20)) << 3n
    list.splice(index, 0, { tag: number | 3n, content: Buffer.alloc(0) })
    if (random.chance(0.7)) list.splice(index + 1, 0, { tag: number | 4n, content: Buffer.alloc(0) })
  },
  'deep nesting': (random, spot) => {
    const depth = random.pick([2, 5, 5, 63, 64, 65, 66, 200, 2000])
    spot.field.content = deepValue(random, depth)
    spot.field.tag = (spot.field.tag & ~7n) | 2n
  },
  'no content': (_, { field }) => {
    field.content = Buffer.alloc(0)
  },
  'bad UTF-8': (random, { field }) => {
    const content = Buffer.isBuffer(field.content) ? field.content : Buffer.alloc(0)
    field.content = Buffer.concat([content.subarray(0, random.below(content.length + 1)), random.pick(BAD_UTF8)])
  },
  'odd number': (random, { field }) => {
    field.content = random.chance(0.5) ? random.pick(OVERLONG) : writeVarint(random.pick(GIANT))
  },
  'other bytes': (random, { field }) => {
    field.content = random.bytes(random.below(24))
  },
}

const BYTES: Readonly<Record<string, ByteMutation>> = {
  truncated: (random, bytes) => bytes.subarray(0, random.below(bytes.length)),
  'front gone': (random, bytes) => bytes.subarray(random.below(bytes.length)),
  'bit flipped': (random, bytes) => {
    const copy = Buffer.from(bytes)
    for (let count = 1 + random.below(4); count > 0 && copy.length > 0; count--) {
      const at = random.below(copy.length)
      copy[at] = (copy[at] as number) ^ (1 << random.below(8))
    }
    return copy
  },
  'byte replaced': (random, bytes) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[random.below(copy.length)] = random.pick([0x00, 0x7f, 0x80, 0xff, random.below(256)])
    return copy
  },
  'bytes inserted': (random, bytes) => {
    const at = random.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at)])
  },
  'bytes cut out': (random, bytes) => {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))])
  },
  noise: (random) => random.bytes(random.below(200)),
}

/** Changes `bytes` in one to four ways and names them. */
export function mutateProtobuf(random: Random, bytes: Buffer): { bytes: Buffer; mutations: readonly string[] } {
  const mutations: string[] = []
  let changed = bytes
  for (let count = 1 + random.below(4); count > 0; count--) {
    const tree = random.chance(0.75) ? parseWire(changed) : undefined
    const spots = tree === undefined ? [] : spotsIn(tree)
    if (tree !== undefined && spots.length > 0) {
      const name = random.pick(Object.keys(TREE))
      TREE[name]?.(random, random.pick(spots), spots)
      changed = writeWire(tree)
      mutations.push(name)
    } else {
      const name = random.pick(Object.keys(BYTES))
      changed = BYTES[name]?.(random, changed) ?? changed
      mutations.push(name)
    }
    // Several of them together can grow without bound; what is tested here is the decoder, not the patience.
    if (changed.length > 1_000_000) changed = changed.subarray(0, 1_000_000)
  }
  return { bytes: changed, mutations }
}

function spotsIn(list: WireField[]): Spot[] {
  const spots: Spot[] = []
  for (const [index, field] of list.entries()) {
    spots.push({ list, index, field })
    if (!Buffer.isBuffer(field.content)) spots.push(...spotsIn(field.content))
  }
  return spots
}

function structuredCloneOf(field: WireField): WireField {
  const content = Buffer.isBuffer(field.content)
    ? field.content
    : field.content.map((inner) => structuredCloneOf(inner))
  return { ...field, content }
}

/** An `AnyValue` with lists and maps inside one another; as bytes, because trees this deep are slow to walk. */
function deepValue(random: Random, depth: number): Buffer {
  const wrap = (fieldNumber: number, content: Buffer): Buffer =>
    Buffer.concat([writeVarint(BigInt(fieldNumber * 8 + 2)), writeVarint(BigInt(content.length)), content])
  let value = wrap(1, Buffer.from('bottom'))
  const asMap = random.chance(0.5)
  for (let level = 0; level < depth; level++) value = asMap ? wrap(6, wrap(1, wrap(2, value))) : wrap(5, wrap(1, value))
  // Half of them as the value of an attribute, half as a value.
  return random.chance(0.5) ? wrap(2, value) : value
}
