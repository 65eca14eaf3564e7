#!/usr/bin/env node
// Lists everything that is built in: writes bin/sbom/go.cdx.json and bin/sbom/clients.cdx.json (CycloneDX 1.5), and fails
// where a licence cannot be told or does not go with Apache-2.0. `sbom check` looks and writes nothing.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = join(dirname(fileURLToPath(import.meta.url)), "..");
const run = (command, args, cwd = home) => execFileSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });

// What may be built into a work under Apache-2.0. MPL-2.0 binds only its own files, which are not changed here.
const fits = new Set(["Apache-2.0", "MIT", "MIT-0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "MPL-2.0", "OFL-1.1", "BlueOak-1.0.0", "Unlicense", "CC0-1.0", "Zlib"]);

// What a licence's own text says that no other's does; the first that fits counts.
const marks = [
  ["Apache-2.0", /Apache License Version 2\.0/],
  ["MPL-2.0", /Mozilla Public License,? [Vv]ersion 2\.0/],
  ["BSD-3-Clause", /Redistribution and use in source and binary forms[^]*(?:Neither the name|may not be used to endorse)/i],
  ["BSD-2-Clause", /Redistribution and use in source and binary forms/i],
  ["ISC", /Permission to use, copy, modify, and(?:\/or)? distribute this software for any/i],
  ["MIT", /Permission is hereby granted, free of charge, to any person obtaining a copy/i],
  ["Unlicense", /This is free and unencumbered software/],
];

function licenceIn(folder) {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|unlicense)/i.test(name)).sort();
  for (const name of files) {
    const text = readFileSync(join(folder, name), "utf8").replaceAll(/\s+/g, " ");
    const found = marks.find(([, mark]) => mark.test(text));
    if (found !== undefined) return found[0];
  }
  return null;
}

/** The modules that packages of the binary come from; what only tests use is not built in. */
function goComponents() {
  const format = "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}";
  const lines = new Set(run("go", ["list", "-deps", "-f", format, "./cmd/madoguchi"]).split("\n").filter((line) => line !== ""));
  return [...lines].sort().map((line) => {
    const [path, version, folder] = line.split("\t");
    return component("golang", path, version, licenceIn(folder));
  });
}

/** The packages that Vite builds in, and those that they need. */
function clientComponents() {
  const lock = JSON.parse(readFileSync(join(home, "clients/package-lock.json"), "utf8"));
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== "" && entry.dev !== true && existsSync(join(home, "clients", path)))
    .map(([path, entry]) => component("npm", path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length), entry.version,
      entry.license ?? licenceIn(join(home, "clients", path))));
}

function component(kind, name, version, licence) {
  const purl = `pkg:${kind}/${name.replace(/^@/, "%40")}@${version}`;
  return { type: "library", "bom-ref": purl, name, version, purl, licenses: (licence?.split(" AND ") ?? []).map((id) => ({ license: { id } })) };
}

function bom(name, components) {
  return { bomFormat: "CycloneDX", specVersion: "1.5", version: 1, metadata: { component: { type: "application", name } }, components };
}

const lists = { go: goComponents(), clients: clientComponents() };
const odd = Object.values(lists).flat().filter((c) => c.licenses.length === 0 || !c.licenses.every(({ license }) => fits.has(license.id)));
for (const c of odd) console.error(`${c.name} ${c.version}: ${c.licenses.map(({ license }) => license.id).join(" AND ") || "no licence was recognised"}; look at it, and use another part or name it in .ci/sbom`);
if (process.argv[2] !== "check") {
  mkdirSync(join(home, "bin/sbom"), { recursive: true });
  for (const [name, components] of Object.entries(lists)) {
    const file = join(home, "bin/sbom", `${name}.cdx.json`);
    writeFileSync(file, JSON.stringify(bom(`madoguchi-${name}`, components), null, 2) + "\n");
    console.log(`bin/sbom/${name}.cdx.json: ${components.length} components`);
  }
}
process.exitCode = odd.length === 0 ? 0 : 1;
