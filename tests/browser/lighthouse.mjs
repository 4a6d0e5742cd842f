// Lighthouse gives a hundred for everything on the pages that most readers open.

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { executablePath, expect } from "./chromium.mjs";

const onlyCategories = ["performance", "accessibility", "best-practices", "seo"];
// How quick a page is depends on what else the machine does: the best of some tries tells.
const TRIES = 4;

export default async function measured(_browser, { base, pages }) {
  const chromeFlags = ["--headless=new", ...(process.getuid() === 0 ? ["--no-sandbox"] : [])];
  const chrome = await launch({ chromePath: executablePath, chromeFlags, logLevel: "silent" });
  try {
    for (const path of pages) {
      let short = await missing(base + path, chrome.port);
      for (let tries = 1; short.length > 0 && tries < TRIES && short.every((one) => one.startsWith("performance")); tries++) {
        short = await missing(base + path, chrome.port);
      }
      expect(short.length === 0, `${path}:\n${short.join("\n")}`);
    }
  } finally {
    chrome.kill();
  }
}

/// What keeps a page from a hundred.
async function missing(url, port) {
  const { lhr } = await lighthouse(url, { port, onlyCategories, output: "json", logLevel: "silent" });
  return Object.values(lhr.categories)
    .filter((category) => category.score < 1)
    .map((category) => {
      const short = category.auditRefs.filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1);
      return `${category.id} ${Math.round(category.score * 100)}: ${short.map(({ id }) => `${id} ${lhr.audits[id].displayValue ?? lhr.audits[id].explanation ?? ""}`).join(", ")}`;
    });
}
