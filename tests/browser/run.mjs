// node run.mjs STORY: tells one story; what it needs to know comes as JSON on standard input.

import { readFileSync } from "node:fs";
import { executablePath, launch } from "./chromium.mjs";

if (!executablePath) {
  console.log("skipped: no Chromium");
  process.exit(0);
}
const given = JSON.parse(readFileSync(0, "utf8"));
const { default: story } = await import(`./${process.argv[2]}.mjs`);
const browser = await launch();
try {
  await story(browser, given);
  console.log("told");
} catch (error) {
  console.error(error.stack ?? error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
