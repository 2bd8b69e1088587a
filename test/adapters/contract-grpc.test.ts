import { describeKind } from './contract/describe-kind.ts'
import { grpcKind } from './kinds/grpc.ts'

describeKind(grpcKind)
