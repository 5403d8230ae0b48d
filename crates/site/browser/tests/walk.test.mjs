import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { barriers, browse, serve } from "./site.mjs";

let server, browser, context, page;
const RULE = "/rules/sigma/remote_command_with_share_output/";

before(async () => {
  server = await serve();
  browser = await browse();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  // Whatever a policy refuses or a script throws is an error of the page.
  page.on("console", (message) => {
    const isMissing = message.text().includes("404");
    if (message.type() === "error" && !isMissing) throw new Error(message.text());
  });
  page.on("pageerror", (error) => { throw error; });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
const go = (path) => page.goto(server.address + path);
const path = () => new URL(page.url()).pathname;

test("from home to search to rule to event to technique to indicator and back", async () => {
  await go("/");
  await page.keyboard.press("/");
  await page.keyboard.type("share output");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search?q=share+output");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${RULE}`);
  const title = await page.locator("h1").innerText();
  await page.locator("#events a", { hasText: "Event ID 1" }).first().click();
  await page.waitForURL("**/events/sysmon/1/");
  await page.locator("#patterns a").first().click();
  await page.waitForURL("**/attack/T*/");
  await page.locator("#indicators .val").first().click();
  await page.waitForURL("**/indicators/**");
  assert.ok(await page.locator("#rules .rule").count() > 0);
  for (let i = 0; i < 3; i += 1) await page.goBack();
  assert.equal(path(), RULE);
  assert.equal(await page.locator("h1").innerText(), title);
});

test("rules are found while their words are typed", async () => {
  await go("/");
  await page.keyboard.press("/");
  await page.keyboard.type("share outp");
  const found = page.locator(".found a");
  await found.first().waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await found.first().isVisible(), false);
  await page.keyboard.type("u");
  await found.first().waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${RULE}`);
});

test("an indicator and its place in the text light up together", async () => {
  await go(RULE);
  const mark = page.locator(".text .m.indicator").first();
  await mark.hover();
  const row = page.locator(await mark.getAttribute("href"));
  assert.match(await row.getAttribute("class"), /lit/);
  await mark.click();
  assert.match(page.url(), /#indicator-/);
});

test("the matrix is filtered and coloured by what is asked for", async () => {
  await go("/attack/");
  const cells = page.locator(".matrix li:visible");
  const all = await cells.count();
  await page.locator("#matrix-filter").fill("T1059");
  const some = await cells.count();
  assert.ok(some > 0 && some < all, `${some} of ${all}`);
  await page.locator(".tabs a", { hasText: "Sigma" }).click();
  await page.waitForURL("**/attack/?by=sigma");
  assert.equal(await page.locator(".tabs a[aria-current]").innerText(), "Sigma");
});

test("dark and light are remembered, and there before the first paint", async () => {
  await go("/");
  const dark = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await dark();
  await page.locator(".theme").click();
  const after = await dark();
  assert.notEqual(after, before);
  const response = await go("/about");
  assert.match(await response.text(), /<html lang="en" data-theme="(dark|light)">/);
  assert.equal(await dark(), after);
  await page.locator(".theme").click();
});

test("an event is tried on a rule", async () => {
  await go(RULE);
  await page.locator("#event").fill(JSON.stringify({
    Channel: "Microsoft-Windows-Sysmon/Operational", Provider: "Microsoft-Windows-Sysmon",
    EventID: 1, EventRecordID: 5, Image: "C:\\Windows\\System32\\cmd.exe",
    CommandLine: "cmd.exe /Q /c cd 1> \\\\127.0.0.1\\ADMIN$\\__1 2>&1",
    ParentImage: "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
  }));
  await page.locator("#try button").click();
  await page.locator("#outcome").waitFor();
  assert.match(await page.locator("#outcome").innerText(), /matches|does not match/);
  assert.ok(await page.locator("#outcome .truth.true").count() > 0);
  assert.deepEqual(await barriers(page), []);
});

test("a rule is pasted", async () => {
  await go("/try");
  await page.locator("#text").fill("title: Mine\nlogsource: {product: windows, category: " +
    "process_creation}\ndetection:\n  s:\n    Image|endswith: '\\\\cmd.exe'\n  condition: s\n");
  await page.locator(".try button").click();
  await page.locator("h1", { hasText: "Mine" }).waitFor();
  assert.ok(await page.locator("#indicators .corpus").count() > 0);
});

test("nothing is wider than a phone", async () => {
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await phone.newPage();
  for (const path of ["/", RULE, "/search?q=a", "/events/sysmon/1/", "/attack/", "/attack/T1059/", "/about", "/try"]) {
    await page.goto(server.address + path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${path} is ${wide} wide`);
  }
  await phone.close();
});

test("the first paint needs one page and one style, and nothing from elsewhere", async () => {
  const fresh = await browser.newContext();
  const page = await fresh.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(server.address + RULE);
  const here = asked.filter((url) => !url.startsWith("data:"));
  assert.ok(here.every((url) => url.startsWith(server.address)), here.join(" "));
  assert.deepEqual(here.map((url) => new URL(url).pathname).sort(),
    ["/assets/site.css", "/assets/site.js", RULE].sort());
  await fresh.close();
});

test("pages work without scripts", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(`${server.address}/search?q=cmd`);
  await page.locator(".results a").first().click();
  await page.locator("#event").fill('{"Image": "x"}');
  await page.locator("#try button").click();
  assert.match(await page.locator("#outcome").innerText(), /match/);
  await plain.close();
});

for (const theme of ["light", "dark"]) {
  test(`every kind of page can be read by everybody, ${theme}`, async () => {
    const context = await browser.newContext({ colorScheme: theme, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const found = [];
    for (const path of ["/", "/search?q=cmd", "/rules/", "/rules/sigma/", RULE,
      "/rules/sigma/key_written_twice/", "/events/", "/events/sysmon/", "/events/sysmon/1/", "/attack/",
      "/attack/?by=vendors", "/attack/T1059/", "/indicators/Image/ends_with/%5Ccmd.exe/", "/about",
      "/try", "/nothing"]) {
      await page.goto(server.address + path);
      found.push(...(await barriers(page)).map((barrier) => `${path} ${barrier}`));
    }
    await context.close();
    assert.deepEqual(found, []);
  });
}
