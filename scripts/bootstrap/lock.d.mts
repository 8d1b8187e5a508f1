export function acquireLock(
  path: string,
  options: { timeoutMs: number; onWait?: (ownerPid: string) => void },
): Promise<() => void>
