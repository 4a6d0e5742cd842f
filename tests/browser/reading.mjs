// A reader opens public pages: light, dark, on a phone, and without script.

import { expect, nothingWrong, picture, watchedPage } from "./chromium.mjs";

const ways = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  "phone-dark": { colorScheme: "dark", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  "no-script": { javaScriptEnabled: false, viewport: { width: 1280, height: 900 } },
};

export default async function reading(browser, { base, pages, folder }) {
  for (const [way, options] of Object.entries(ways)) {
    const watched = await watchedPage(browser, base, options);
    for (const { name, path, shows } of pages) {
      const answer = await watched.page.goto(base + path, { waitUntil: "load" });
      const where = `${name} (${way})`;
      expect(answer.status() === 200, `${where}: ${answer.status()}`);
      const text = await watched.page.locator("body").innerText();
      expect(text.includes(shows), `${where} does not show “${shows}” but:\n${text}`);
      if (options.javaScriptEnabled !== false) {
        const wide = await watched.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide <= 0, `${where} is ${wide} pixels wider than the window`);
        await picture(watched.page, folder, `${name}-${way}`);
      }
      nothingWrong(watched, where);
    }
    await watched.context.close();
  }
}
