import type { RunReport } from '../run-report.ts'
import type { Pictures } from './pictures.ts'
export function renderPage(report: RunReport, _pictures: Pictures): string {
  return `<!doctype html><title>${report.title}</title>`
}
