// What a machine can tell of accessibility: axe-core, light and dark, wide and narrow, finds nothing on any page.

import axe from "axe-core";
import { expect, watchedPage } from "./chromium.mjs";

const ways = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
};

export default async function accessible(browser, { base, pages, email, password }) {
  const found = [];
  for (const [way, options] of Object.entries(ways)) {
    // The page's own policy allows no script of ours, so this one context lets it in.
    const watched = await watchedPage(browser, base, { ...options, bypassCSP: true });
    const { page } = watched;
    for (const path of pages) {
      await page.goto(base + path, { waitUntil: "load" });
      found.push(...(await violations(page, `${path} (${way})`)));
      const sign = page.locator("form[action='/desk/sign-in']");
      if (await sign.count()) {
        await page.fill("#email", email);
        await page.fill("#password", password);
        await sign.getByRole("button").click();
        await page.waitForURL(`${base}/desk`);
        found.push(...(await violations(page, `/desk (${way})`)));
      }
    }
    await watched.context.close();
  }
  expect(found.length === 0, found.join("\n"));
}

async function violations(page, where) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) => `${where}: ${id}, ${help}: ${nodes.slice(0, 3).map((node) => `${node.html} (${node.any.concat(node.all).map((check) => check.message).join("; ")})`).join(" | ")}`);
}
