// Defect: forgets its WebSockets and streams of events at the end: they are cut.
import { sail } from './base.ts'
import { socketParts } from './sockets.ts'

await sail(socketParts())
