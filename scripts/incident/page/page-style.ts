import { Html } from './html.ts'

/** Light and dark; readable at 390 px, where pictures scroll in their own box. */
export const pageStyle = new Html(`
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1f24; --dim: #5b6470; --line: #d5dae0; --card: #f5f7f9; --good: #1f7a4d; --bad: #c02b3c; --hit: #9a5b00; --accent: #2358c4;
  --baseline: #2358c410; --fault: #c02b3c2e; --load: #c02b3c1a; --evidence: #9a5b0018; --heal: #1f7a4d2e; --recovery: #1f7a4d14 }
@media (prefers-color-scheme: dark) { :root { --bg: #14171b; --fg: #e6e9ed; --dim: #9aa4b0; --line: #333a43; --card: #1d2228; --good: #5ccf94; --bad: #ff7a88; --hit: #f0b35a; --accent: #8ab0ff } }
* { box-sizing: border-box }
body { margin: 0; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif }
header, main { max-width: 1080px; margin: 0 auto; padding: 0 20px }
header { padding-top: 28px } h1 { margin: 0 0 8px; font-size: 1.7rem; line-height: 1.2; text-wrap: balance } h2 { font-size: 1.15rem; margin: 32px 0 10px }
.eyebrow { margin: 0; color: var(--dim) } code { font: .86em ui-monospace, monospace; overflow-wrap: anywhere } a { color: var(--accent) }
.verdict { padding: 2px 10px; border-radius: 99px; color: var(--bg); font-weight: 600 } .verdict.ok { background: var(--good) } .verdict.bad { background: var(--bad) }
.story { border-left: 3px solid var(--bad); padding-left: 16px; margin: 20px 0; max-width: 75ch }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px; margin: 0 } dl div { background: var(--card); border-radius: 8px; padding: 10px 14px } dt { color: var(--dim); font-size: .85rem } dd { margin: 0; font-weight: 600 }
.scroll { overflow-x: auto } svg { display: block; width: 100%; min-width: 720px; height: auto } svg text { font: 11px system-ui, sans-serif; fill: var(--dim) }
.phase { stroke: var(--line); stroke-width: .5 } .phase-name { text-anchor: middle; fill: var(--fg) !important; font-weight: 600 }
${['baseline', 'fault', 'load', 'evidence', 'heal', 'recovery'].map((name) => `.phase.${name} { fill: var(--${name}) }`).join(' ')}
.chart-title { font-weight: 600 !important; fill: var(--fg) !important } .unit { font-weight: 400; fill: var(--dim) } .axis { stroke: var(--line) } .number { text-anchor: end } .tick { text-anchor: middle }
.line { fill: none; stroke-width: 1.8 } .line.good { stroke: var(--accent) } .line.bad { stroke: var(--bad) } .dot.good { fill: var(--good) } .dot.bad { fill: var(--bad) } .dot.hit { fill: var(--hit) }
.symptom { stroke: var(--fg); stroke-dasharray: 4 3 } .symptom-name { fill: var(--fg) !important }
.span rect { fill: var(--accent) } .span.failed rect { fill: var(--bad) } .span-name { fill: var(--fg) !important } .service { font-weight: 600 } .span.failed .span-name { fill: var(--bad) !important }
table { border-collapse: collapse; width: 100%; min-width: 640px } th, td { text-align: left; vertical-align: top; padding: 8px 10px; border-bottom: 1px solid var(--line) } th { color: var(--dim); font-weight: 500 } td code { color: var(--dim) } tr.ok td:first-child { color: var(--good) } tr.bad td:first-child { color: var(--bad) }
.lines { list-style: none; padding: 12px 16px; margin: 0; background: var(--card); border-radius: 8px; font: 13px/1.7 ui-monospace, monospace; overflow-wrap: anywhere } .lines time, .lines small { color: var(--dim) } .lines .error span, .lines .warn span { color: var(--bad) }
ol > li { margin-bottom: 10px } li p { margin: 0 0 4px } main { padding-bottom: 60px }
`)
