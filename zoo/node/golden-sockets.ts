// Golden: WebSockets and streams of events, which are told to go.
import { sail, stopInOrder } from './base.ts'
import { sayGoodbye, socketParts } from './sockets.ts'

await sail({
  ...socketParts(),
  stop: (ship, count) => {
    sayGoodbye()
    return stopInOrder(ship, count)
  },
})
