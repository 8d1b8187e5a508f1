import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2023',
    // Everything is served from loopback: a second copy of the code to inspect costs nothing there.
    sourcemap: true,
    modulePreload: { polyfill: false },
  },
})
