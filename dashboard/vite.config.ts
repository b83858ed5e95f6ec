import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.AWAITHUMANS_URL ?? "http://127.0.0.1:3001";
const proxy = { "/api": { target: server, changeOrigin: true, headers: { origin: server } } };
// As the server sends it with these pages, so that what breaks it is seen here.
const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // Nothing may be inlined: the page's policy allows no data: scripts or styles.
  build: {
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false },
  },
  server: { proxy },
  preview: { proxy, headers: { "Content-Security-Policy": policy } },
  test: {
    include: ["src/**/*.test.ts"],
    // It compares with the server's reader, which writes what it needs.
    exclude: process.env.AWAITHUMANS_FORMS ? [] : ["src/form/agreement.test.ts"],
    environment: "node",
  },
});
