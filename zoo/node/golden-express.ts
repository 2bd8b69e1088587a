// Golden: Express under the runtime.
import express from 'express'
import { createService } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'
import { readPort } from './read-port.ts'
import { shop } from './express-shop.ts'

const service = createService({ name: 'shop', version: '1.0.0', shutdown: { drainDelay: '1500ms' } })
service.listener('web', {
  port: readPort(),
  start: ({ log }) => fromExpress(shop(express(), () => log.info('request'))),
})
await service.run()
