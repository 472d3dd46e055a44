import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    // Everything is a file of its own: a strict Content-Security-Policy allows nothing inline, not even an icon.
    assetsInlineLimit: 0,
    rolldownOptions: {
      onwarn: (warning, warn) => {
        // Libraries mark files for servers that render React; this page is drawn in the browser only.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
