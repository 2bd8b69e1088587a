import { createRequire } from 'node:module'
import { type Consumer, type ConsumerConfig, Kafka, logLevel } from 'kafkajs'

const require = createRequire(import.meta.url)

type CreateConsumer = (options: object) => Consumer
interface Assignment {
  encode(assignment: object): Buffer
}

/** The inside of kafkajs, which takes the cluster as a parameter; its public face makes one that opens sockets. */
const createConsumer = require('kafkajs/src/consumer') as CreateConsumer
const { MemberAssignment } = require('kafkajs/src/consumer/assignerProtocol') as { MemberAssignment: Assignment }

/** How long a fetch waits for messages: far less than the 5 s of kafkajs. */
const LONGEST_FETCH_MS = 50

interface OffsetsOfTopic {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
}

/**
 * A topic with one partition, in memory, behind the interface through which kafkajs speaks to its cluster. Consumers made
 * here are kafkajs's own, with all that they do by themselves: groups, batches, offsets, retries. Only the wire and the
 * broker are not there.
 */
export class MemoryKafka {
  readonly topic: string
  readonly #messages: string[] = []
  #committed = 0
  #members = 0
  #owner = Promise.resolve()
  readonly #joins = new Map<number, PromiseWithResolvers<void>>()

  constructor(topic: string) {
    this.topic = topic
  }

  /** Up to which message the group has committed. */
  get committed(): number {
    return this.#committed
  }

  /** Resolves when the consumer of that number, from 1, asks to join the group. */
  whenJoining(member: number): Promise<void> {
    return this.#joining(member).promise
  }

  #joining(member: number): PromiseWithResolvers<void> {
    const known = this.#joins.get(member)
    if (known !== undefined) return known
    const joining = Promise.withResolvers<void>()
    this.#joins.set(member, joining)
    return joining
  }

  send(value: string): void {
    this.#messages.push(value)
  }

  /** A consumer of the group: it owns the partition as soon as the one before has left. */
  createConsumer(groupId: string, retry?: ConsumerConfig['retry']): Consumer {
    const member = ++this.#members
    const memberId = `member-${member}`
    const before = this.#owner
    const left = Promise.withResolvers<void>()
    this.#owner = left.promise
    const { topic } = this
    const broker = {
      isConnected: () => true,
      joinGroup: async () => {
        this.#joining(member).resolve()
        await before
        return { generationId: 1, leaderId: 'another', memberId, members: [], groupProtocol: 'RoundRobinAssigner' }
      },
      syncGroup: async () => ({
        memberAssignment: MemberAssignment.encode({
          version: 1,
          assignment: { [topic]: [0] },
          userData: Buffer.alloc(0),
        }),
      }),
      heartbeat: async () => {},
      leaveGroup: async () => left.resolve(),
      offsetFetch: async () => ({
        responses: [{ topic, partitions: [{ partition: 0, offset: String(this.#committed) }] }],
      }),
      offsetCommit: async ({ topics }: { readonly topics: readonly OffsetsOfTopic[] }) => {
        for (const { partitions } of topics) this.#committed = Number(partitions[0]?.offset)
      },
      fetch: async ({ topics }: { readonly topics: readonly { partitions: readonly { fetchOffset: string }[] }[] }) => {
        const from = Number(topics[0]?.partitions[0]?.fetchOffset)
        if (from >= this.#messages.length) await new Promise((resolve) => setTimeout(resolve, LONGEST_FETCH_MS))
        const messages = this.#messages.slice(from).map((value, index) => ({
          key: null,
          value: Buffer.from(value),
          offset: String(from + index),
          headers: {},
        }))
        const partition = { partition: 0, highWatermark: String(this.#messages.length), abortedTransactions: [] }
        return { responses: [{ topicName: topic, partitions: [{ ...partition, messages }] }] }
      },
    }
    const cluster = {
      connect: async () => {},
      disconnect: async () => {},
      refreshMetadata: async () => {},
      refreshMetadataIfNecessary: async () => {},
      addMultipleTargetTopics: async () => {},
      getNodeIds: () => [0],
      findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 0 }],
      findGroupCoordinator: async () => broker,
      findBroker: async () => broker,
      committedOffsets: () => ({}),
    }
    const logger = new Kafka({ brokers: ['none'], logLevel: logLevel.NOTHING }).logger()
    return createConsumer({ cluster, groupId, retry, logger, maxWaitTimeInMs: LONGEST_FETCH_MS })
  }
}
