import { describeKind } from './contract/describe-kind.ts'
import { fastify4Kind, fastify510Kind, fastifyKind } from './kinds/fastify.ts'
import { nestExpressKind, nestFastifyKind } from './kinds/nest.ts'

for (const kind of [fastifyKind, fastify510Kind, fastify4Kind, nestExpressKind, nestFastifyKind]) describeKind(kind)
