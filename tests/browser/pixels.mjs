// A page and its kept copy beside each other: how many pixels differ. Pictures of both stay in the folder.

import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { executablePath } from "./chromium.mjs";

export default async function pixels(_, { pairs, web, folder }) {
  mkdirSync(folder, { recursive: true });
  const args = [`--host-resolver-rules=MAP *.example ${web}`, ...(process.getuid() === 0 ? ["--no-sandbox"] : [])];
  const browser = await chromium.launch({ executablePath, headless: true, args });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const seen = async (url, name) => {
    await page.goto(url, { waitUntil: "networkidle" });
    return (await page.screenshot({ path: join(folder, `${name}.png`) })).toString("base64");
  };
  for (const { name, original, replay } of pairs) {
    const both = [await seen(original, `${name}-original`), await seen(replay, `${name}-replay`)];
    await page.goto("about:blank");
    console.log(JSON.stringify({ name, share: await page.evaluate(differing, both) }));
  }
  await browser.close();
}

/// In a page: the share of pixels that are not of the same colour, to the eye.
async function differing(both) {
  const [a, b] = await Promise.all(both.map(async (png) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    return canvas.getImageData(0, 0, picture.width, picture.height).data;
  }));
  let differ = Math.abs(a.length - b.length) / 4;
  for (let at = 0; at < Math.min(a.length, b.length); at += 4) {
    differ += Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) + Math.abs(a[at + 2] - b[at + 2]) > 24;
  }
  return differ / (Math.max(a.length, b.length) / 4);
}
