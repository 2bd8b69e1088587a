import type { Environment } from '../../core/env-reader.ts'

/** The names under which manifests pass on what the downward API knows; the first that is set counts. */
const VARIABLES = {
  'k8s.pod.name': ['K8S_POD_NAME', 'POD_NAME', 'KUBERNETES_POD_NAME'],
  'k8s.pod.uid': ['K8S_POD_UID', 'POD_UID', 'KUBERNETES_POD_UID'],
  'k8s.namespace.name': ['K8S_NAMESPACE_NAME', 'K8S_NAMESPACE', 'K8S_POD_NAMESPACE', 'POD_NAMESPACE', 'NAMESPACE'],
  'k8s.node.name': ['K8S_NODE_NAME', 'NODE_NAME'],
  'k8s.container.name': ['K8S_CONTAINER_NAME', 'CONTAINER_NAME'],
  'k8s.deployment.name': ['K8S_DEPLOYMENT_NAME', 'DEPLOYMENT_NAME'],
  'k8s.cluster.name': ['K8S_CLUSTER_NAME', 'CLUSTER_NAME'],
} as const

/**
 * The place of this process in Kubernetes, from variables that the manifest fills by the downward API. Names that could
 * as well mean something else (`NODE_NAME`, `NAMESPACE`) count only inside of a pod, which Kubernetes itself marks by
 * `KUBERNETES_SERVICE_HOST`, or beside a pod's name.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
export function readKubernetesAttributes(env: Environment): Readonly<Record<string, string>> {
  const isInPod =
    isSet(env['KUBERNETES_SERVICE_HOST']) || VARIABLES['k8s.pod.name'].some((variable) => isSet(env[variable]))
  if (!isInPod) return {}
  const attributes: Record<string, string> = {}
  for (const [attribute, variables] of Object.entries(VARIABLES)) {
    const variable = variables.find((name) => isSet(env[name]))
    if (variable !== undefined) attributes[attribute] = env[variable]?.trim() ?? ''
  }
  return attributes
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== ''
}
