/* How the page is built and developed.
 *
 * Decided: no plugin; Vite compiles TSX itself. Every script and style is a file of its own, since the
 * server's content policy allows nothing inline. `npm run dev` passes the API through to a running server
 * (SACCADE_URL, default the address of `saccade serve`).
 */
/// <reference types="vitest/config" />
import { defineConfig } from "vite";

const server = process.env["SACCADE_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { proxy: { "/v1": server, "/ready": server } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
