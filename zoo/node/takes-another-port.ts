// Defect: when its port is taken it listens on another one, where nobody looks for it.
import { sail } from './base.ts'

await sail({ cannotListen: (_, { server }) => void server.listen(0) })
