import 'react'

declare module 'react' {
  /** Custom properties carry a service's or level's colour into a rule. */
  interface CSSProperties {
    [property: `--${string}`]: string | number | undefined
  }
}
