import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Media, Welcome } from "./protocol";

const golden = fileURLToPath(new URL("../../testdata/protocol/welcome.json", import.meta.url));

/** The m-lines a real server asks for: a test of the server keeps the example equal to what it sends. */
export const fakePlan: Media = (JSON.parse(readFileSync(golden, "utf8")) as Welcome).media;
