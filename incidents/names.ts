/** What an incident can be done to. */
export type ServiceName = 'gateway' | 'checkout' | 'inventory' | 'payment'
export type ComponentName = ServiceName | 'postgres' | 'agent'

/** Names of incidents, remedies and folders. */
export const ATOM = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
