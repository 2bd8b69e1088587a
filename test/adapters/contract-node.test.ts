import { describeKind } from './contract/describe-kind.ts'
import { netKind } from './kinds/node-net.ts'
import { allowHttp1Kind, h2cKind, h2Kind, nodeHttpKind, nodeHttpsKind } from './kinds/node-http.ts'

for (const kind of [nodeHttpKind, nodeHttpsKind, h2cKind, h2Kind, allowHttp1Kind, netKind]) describeKind(kind)
