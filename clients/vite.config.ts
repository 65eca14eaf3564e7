import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { type Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = dirname(fileURLToPath(import.meta.url));

/** The apps, each a page of its own: /booth/, /desk/ … A page that is not there yet is left out. */
const apps = ["booth", "desk", "counter", "assistant", "admin", "my", "guest", "lobby"];

function pages(): Record<string, string> {
  const found = apps.map((app) => [app, join(here, app, "index.html")] as const).filter(([, page]) => existsSync(page));
  return Object.fromEntries(found);
}

/**
 * Empties dist before a build but keeps dist/.gitignore: embed.go needs the directory to exist in a fresh clone,
 * and Vite's own emptying would delete that file.
 */
function emptyDist(): Plugin {
  return {
    name: "madoguchi:empty-dist",
    apply: "build",
    buildStart() {
      const dist = join(here, "dist");
      if (!existsSync(dist)) return;
      for (const entry of readdirSync(dist)) {
        if (entry !== ".gitignore") rmSync(join(dist, entry), { recursive: true, force: true });
      }
    },
  };
}

/** Puts the API's documentation page into dist/docs: Swagger UI as shipped, started by a file of ours (no inline script). */
function docsPage(): Plugin {
  const swagger = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const files: Record<string, string> = {
    "index.html": join(here, "docs", "index.html"),
    "start.js": join(here, "docs", "start.js"),
    "swagger-ui.css": join(swagger, "swagger-ui.css"),
    "swagger-ui-bundle.js": join(swagger, "swagger-ui-bundle.js"),
    LICENSE: join(swagger, "LICENSE"),
  };
  return {
    name: "madoguchi:docs-page",
    apply: "build",
    generateBundle() {
      for (const [name, from] of Object.entries(files)) {
        this.emitFile({ type: "asset", fileName: `docs/${name}`, source: readFileSync(from) });
      }
    },
  };
}

/** Puts the typeface of papers that the server sets (PDF) into dist/fonts: a universal design Gothic, made to be read by old eyes. */
function paperFonts(): Plugin {
  const family = dirname(createRequire(import.meta.url).resolve("@expo-google-fonts/biz-udgothic/package.json"));
  const files: Record<string, string> = {
    "fonts/BIZUDGothic-Regular.ttf": join(family, "400Regular", "BIZUDGothic_400Regular.ttf"),
    "fonts/BIZUDGothic-Bold.ttf": join(family, "700Bold", "BIZUDGothic_700Bold.ttf"),
    "licences/BIZ-UDGothic.txt": join(family, "LICENSE_FONT"),
  };
  return {
    name: "madoguchi:paper-fonts",
    apply: "build",
    generateBundle() {
      for (const [name, from] of Object.entries(files)) {
        this.emitFile({ type: "asset", fileName: name, source: readFileSync(from) });
      }
    },
  };
}

/**
 * Puts the licence of every package that is built in, the font's too, into dist/licences: their terms ask for it, and
 * the binary carries what Vite built.
 */
function licences(): Plugin {
  return {
    name: "madoguchi:licences",
    apply: "build",
    generateBundle() {
      const fromStyles = ["@fontsource-variable/noto-sans-jp", "@digital-go-jp/design-tokens", "@digital-go-jp/tailwind-theme-plugin"];
      const fromScripts = [...this.getModuleIds()].map((id) => packageOf(id)).filter((name) => name !== null);
      for (const name of new Set([...fromStyles, ...fromScripts])) {
        const home = join(here, "node_modules", name);
        const licence = readdirSync(home).find((file) => /^licen[cs]e/i.test(file));
        if (licence === undefined) continue;
        const fileName = `licences/${name.replace("/", "-")}.txt`;
        this.emitFile({ type: "asset", fileName, source: readFileSync(join(home, licence)) });
      }
    },
  };
}

/**
 * Gives every page its first script and first words (ui/opening): what people read, and what tries again, when the page's own
 * scripts do not load. It is asked for twice, for that request may fail as well.
 */
function opening(): Plugin {
  const text = '<p lang="ja">画面を ひらいています。</p><p lang="en">Opening the page.</p>';
  const source = readFileSync(join(here, "ui", "opening", "start.js"));
  const fileName = `assets/start-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`; // kept by browsers for ever
  return {
    name: "madoguchi:opening",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: {
      order: "post",
      handler: (html) => {
        // First of all, or the scripts after it could fail unseen.
        const first = html.replace("<head>", `<head>\n    <script src="/${fileName}"></script>`);
        return first.replace('<div id="app"></div>', `<div id="app"><div class="opening" data-opening="begun">${text}</div></div>
    <script src="/${fileName}?again" async></script>`);
      },
    },
  };
}

/**
 * Keeps react-aria from writing a style of its own into the page, which the content security policy does not let in: it
 * leaves that where an element of this id is there. theme.css has the rule.
 */
function noInlineStyle(): Plugin {
  const attrs = { id: "react-aria-pressable-style", name: "touch-action", content: "theme.css" };
  return { name: "madoguchi:no-inline-style", transformIndexHtml: () => [{ tag: "meta", attrs, injectTo: "head" }] };
}

/** The package a module belongs to, or null for our own and for what Vite makes up. */
function packageOf(id: string): string | null {
  const match = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"));
  const name = match?.[1] ?? null;
  return name !== null && existsSync(join(here, "node_modules", name)) ? name : null;
}

export default defineConfig({
  root: here,
  base: "/",
  appType: "mpa",
  publicDir: false,
  plugins: [react(), tailwindcss(), emptyDist(), docsPage(), paperFonts(), licences(), noInlineStyle(), opening()],
  build: {
    outDir: "dist",
    emptyOutDir: false,
    assetsDir: "assets",
    target: "es2022",
    // Inlined fonts and pictures would need data: in the content security policy for fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rollupOptions: { input: pages() },
  },
  server: {
    proxy: {
      "/v1": { target: "http://127.0.0.1:8080", ws: true },
      "/openapi.json": "http://127.0.0.1:8080",
    },
  },
  test: {
    include: ["{session,ui,booth,desk,counter,assistant,admin,my,guest,lobby}/**/*.test.{ts,tsx}"],
    environment: "node",
    passWithNoTests: true,
  },
});
