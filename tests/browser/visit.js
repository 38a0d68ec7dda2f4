// A browser of one width, in one colour scheme, with or without JavaScript; every page that it comes to is looked at.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><path fill="#8aa" d="M0 0h96v96H0z"/></svg>`;

export class Visit {
  constructor(given, browser) {
    Object.assign(this, given);
    this.browser = browser;
    this.problems = [];
    this.addresses = new Map();
    mkdirSync(this.shots, { recursive: true });
  }

  static async begin(given) {
    const browser = await chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox", "--disable-gpu"] });
    return new Visit(given, browser);
  }

  /// Somebody's browser: no cookies of anybody else.
  async person(settings = {}) {
    const context = await this.browser.newContext({
      baseURL: this.base,
      viewport: { width: this.width, height: this.width < 600 ? 740 : 800 },
      colorScheme: this.dark ? "dark" : "light",
      javaScriptEnabled: this.script,
      reducedMotion: "reduce",
      ...settings,
    });
    context.setDefaultTimeout(30_000);
    // Pictures of goods are with shops that do not exist. Nothing leaves this machine.
    await context.route((url) => url.origin !== new URL(this.base).origin, (route) =>
      route.request().resourceType() === "image"
        ? route.fulfill({ contentType: "image/svg+xml", body: PICTURE })
        : route.abort());
    const page = await context.newPage();
    if (settings.javaScriptEnabled) return page;
    page.on("console", (message) => {
      // A page that says what was wrong with a form comes with such a status.
      const expected = message.location().url.split("#")[0] === page.url().split("#")[0] && message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !expected) this.problems.push(`${page.url()}: console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.problems.push(`${page.url()}: script: ${error.message}`));
    return page;
  }

  /// Of the page that is shown: nothing serious for a screen reader, nothing wider than the screen, one heading. Kept as a picture.
  async look(page, name) {
    // What is measured has its style.
    await page.waitForLoadState();
    const path = page.url().replace(this.base, "") || "/";
    if (!this.addresses.has(name)) this.addresses.set(name, path);
    const seen = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - window.innerWidth,
      headings: document.querySelectorAll("h1").length,
      title: document.title,
    }));
    if (seen.wide > 0) this.problems.push(`${name} (${path}): ${seen.wide} px wider than the screen of ${this.width}`);
    if (seen.headings !== 1) this.problems.push(`${name} (${path}): ${seen.headings} headings of the first level`);
    await page.screenshot({ path: join(this.shots, `${name}.png`), fullPage: true });
    await this.axe(this.script ? page : await this.twin(page), name);
  }

  /// The same page where scripts run, for what looks at it is one.
  async twin(page) {
    this.scripted ??= await this.person({ javaScriptEnabled: true });
    const html = await page.content();
    await this.scripted.unrouteAll();
    await this.scripted.route("**/*", (route) => {
      const request = route.request();
      if (request.resourceType() === "document") return route.fulfill({ contentType: "text/html; charset=utf-8", body: html });
      return request.resourceType() === "stylesheet" ? route.continue() : route.abort();
    });
    await this.scripted.goto(page.url());
    return this.scripted;
  }

  /// What fits on the screen, for the README.
  async picture(page, name) {
    await page.screenshot({ path: join(this.shots, `readme-${name}.png`) });
  }

  async axe(page, name) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, help, nodes } of found.violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      this.problems.push(`${name}: axe ${id} (${impact}): ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" ")}`);
    }
  }

  /// What is under way is over: by itself with a script, after a reload without.
  async until(page, words) {
    const shown = page.locator("#progress .status", { hasText: words });
    if (this.script) return shown.waitFor({ timeout: 40_000 });
    for (let tries = 0; tries < 80; tries += 1) {
      if (await shown.count()) return undefined;
      await page.waitForTimeout(400);
      await page.reload();
    }
    throw new Error(`${page.url()} never says ${words}`);
  }

  async expect(page, words) {
    await page.getByText(words).first().waitFor({ state: "attached", timeout: 30_000 });
  }

  async end() {
    await this.browser.close();
  }
}
