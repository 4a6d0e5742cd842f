// One Chromium, watched: what it complains of, and whom it asks.

import { chromium } from "playwright-core";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const places = [process.env.IBID_TEST_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const executablePath = places.find((place) => place && existsSync(place));

export async function launch() {
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, headless: true, args });
}

/// A page of its own, and what it got up to: `complaints` from the console and from scripts that failed, `strangers` asked.
export async function watchedPage(browser, base, options = {}) {
  const context = await browser.newContext({ ...options });
  const page = await context.newPage();
  const complaints = [];
  const strangers = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith("data:") && !url.startsWith("blob:")) strangers.push(url);
  });
  page.on("websocket", (socket) => strangers.push(socket.url()));
  return { context, page, complaints, strangers };
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

export function nothingWrong({ complaints, strangers }, where) {
  expect(complaints.length === 0, `${where}: the console says ${JSON.stringify(complaints)}`);
  expect(strangers.length === 0, `${where}: asked ${JSON.stringify(strangers)}`);
}

export async function picture(page, folder, name) {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
