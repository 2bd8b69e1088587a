// Consumers of Kafka, by two clients. Checked by the compiler only: no test here has a broker.
import { type EachMessagePayload, Kafka } from 'kafkajs'
import { createService } from 'seaworthy'
import { kafka } from 'seaworthy/kafka'
import { z } from 'zod'

const service = createService({
  name: 'orders',
  config: { schema: z.object({ kafka: z.object({ brokers: z.array(z.string()) }) }) },
})

async function book(_order: Buffer | null, _options: { readonly signal: AbortSignal }): Promise<void> {}

// #region kafka
service.consumer(
  'orders',
  kafka({
    consumer: ({ config }) => new Kafka({ brokers: config.kafka.brokers }).consumer({ groupId: 'orders' }),
    topics: ['orders'],
    run: { partitionsConsumedConcurrently: 3 },
    eachMessage: async ({ message }: EachMessagePayload, { signal }) => await book(message.value, { signal }),
  }),
)
// #endregion kafka

await service.run()
