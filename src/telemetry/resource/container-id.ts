/** 64 hexadecimal digits (Docker, containerd, CRI-O, Podman), or the form of ECS on Fargate. */
const ID = /(?:^|[/:-])([\da-f]{64}|[\da-f]{32}-\d{6,})(?:\.scope)?$/
/** Under cgroup 2 a container does not see its own path, but its runtime mounts files out of the container's folder. */
const MOUNT_ROOT = /\/(?:containers|overlay-containers)\/([\da-f]{64})\//

/**
 * The id of the container that this process runs in, from what the kernel shows of it, or `undefined`: outside of a
 * container, and under containerd with cgroup 2, which shows none.
 */
export function readContainerId(readText: (path: string) => string | undefined): string | undefined {
  for (const line of (readText('/proc/self/cgroup') ?? '').split('\n')) {
    const id = ID.exec(line.trim())?.[1]
    if (id !== undefined) return id
  }
  for (const line of (readText('/proc/self/mountinfo') ?? '').split('\n')) {
    const id = MOUNT_ROOT.exec(line)?.[1]
    if (id !== undefined) return id
  }
  return undefined
}
