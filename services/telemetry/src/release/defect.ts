import { telemetryConfig } from '../config.ts'

/** Whether this process is the release with that defect. Its code is in the service, beside what it breaks. */
export const hasDefect = (defect: string): boolean => telemetryConfig.releaseDefect === defect
