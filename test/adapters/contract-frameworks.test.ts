import { describeKind } from './contract/describe-kind.ts'
import { express4Kind, express5Kind } from './kinds/express.ts'
import { honoKind } from './kinds/hono.ts'
import { koaKind } from './kinds/koa.ts'

for (const kind of [express5Kind, express4Kind, koaKind, honoKind]) describeKind(kind)
