import type { EachMessagePayload } from 'kafkajs'
import { kafka, kafkaStream } from 'seaworthy/kafka'
import { describe } from 'vitest'
import { testConsumer } from './consuming/consumer-contract.ts'
import { ConfluentLikeConsumer } from './consuming/confluent-like-consumer.ts'
import { MemoryKafka } from './consuming/memory-kafka.ts'
import { MemoryStream, MemoryTopic } from './consuming/memory-stream.ts'

const nothing = { [Symbol.asyncDispose]: async () => {} }

describe('kafkajs', () => {
  testConsumer({
    comesAgain: true,
    open: async () => {
      const broker = new MemoryKafka('orders')
      return {
        ...nothing,
        declare: (service, handle) =>
          service.consumer(
            'work',
            kafka({
              consumer: () => broker.createConsumer('group'),
              topics: ['orders'],
              eachMessage: ({ message }: EachMessagePayload, { signal }) => handle(String(message.value), { signal }),
            }),
          ),
        send: async (item) => broker.send(item),
      }
    },
  })
})

describe('a client like the one of Confluent, without a stop()', () => {
  testConsumer({
    comesAgain: true,
    open: async () => {
      const topic = new MemoryTopic('orders')
      return {
        ...nothing,
        declare: (service, handle) =>
          service.consumer(
            'work',
            kafka({
              consumer: () => new ConfluentLikeConsumer(topic),
              topics: ['orders'],
              eachMessage: ({ message }, { signal }) => handle(message.value, { signal }),
            }),
          ),
        send: async (item) => topic.send(item),
      }
    },
  })
})

describe('a stream like that of Platformatic', () => {
  testConsumer({
    comesAgain: true,
    open: async () => {
      const topic = new MemoryTopic('orders')
      return {
        ...nothing,
        declare: (service, handle) =>
          service.consumer(
            'work',
            kafkaStream({
              open: async () => ({ stream: new MemoryStream(topic), consumer: { close: async () => {} } }),
              eachMessage: ({ value }, { signal }) => handle(value, { signal }),
            }),
          ),
        send: async (item) => topic.send(item),
      }
    },
  })
})
