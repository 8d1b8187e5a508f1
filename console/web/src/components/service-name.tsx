import { serviceHue } from '../app/service-hue.ts'
import './service-name.css'

export function ServiceName({ name }: { name: string }) {
  return (
    <span className="service-name">
      <span className="service-chip" style={{ '--dot': serviceHue(name) }} />
      {name}
    </span>
  )
}
