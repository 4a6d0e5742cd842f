// A bundle opens in ReplayWeb.page, and the page's words stand there. `viewer` is the folder of the npm package.

import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect } from "./chromium.mjs";

export default async function (browser, { viewer, bundle, url, ts, words }) {
  const page = `<!doctype html><title>A viewer</title><script src="/ui.js"></script>
    <replay-web-page source="/bundle.wacz" replayBase="/replay/" url="${url}" ts="${ts}" embed="default"
      style="display:block;height:90vh"></replay-web-page>`;
  const file = readFileSync(bundle);
  const server = createServer((request, response) => {
    const path = request.url.split("?")[0];
    if (path === "/") return response.setHeader("Content-Type", "text/html").end(page);
    if (path === "/bundle.wacz") return part(request, response, file);
    const script = join(viewer, path === "/replay/sw.js" ? "sw.js" : path);
    if (!path.endsWith(".js") || !existsSync(script)) return response.writeHead(404).end();
    response.setHeader("Content-Type", "text/javascript");
    createReadStream(script).pipe(response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.goto(`http://localhost:${server.address().port}/`);
    const seen = async () => {
      const texts = await Promise.all(tab.frames().map((frame) => frame.evaluate(() => document.body?.innerText ?? "").catch(() => "")));
      return texts.join("\n");
    };
    // Its service worker may be slow to start on a busy machine: then whoever waits loads the page again.
    const [again, until] = [Date.now() + 40_000, Date.now() + 160_000];
    let loads = 1;
    while (!(await seen()).includes(words)) {
      if (loads === 1 && Date.now() > again) loads += (await tab.reload()) ? 1 : 0;
      expect(Date.now() < until, `ReplayWeb.page does not show “${words}” but:\n${await seen()}`);
      await tab.waitForTimeout(200);
    }
    if (process.env.IBID_PICTURES) await tab.screenshot({ path: join(process.env.IBID_PICTURES, "replayweb.png") });
    await context.close();
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function part(request, response, file) {
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Content-Type", "application/wacz");
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  if (!asked) return response.setHeader("Content-Length", file.length).end(request.method === "HEAD" ? undefined : file);
  const [from, to] = [Number(asked[1]), Math.min(asked[2] ? Number(asked[2]) + 1 : file.length, file.length)];
  response.writeHead(206, { "Content-Range": `bytes ${from}-${to - 1}/${file.length}`, "Content-Length": to - from });
  response.end(file.subarray(from, to));
}
