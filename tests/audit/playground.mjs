// Opens the playground in a real Chromium that can reach nothing but loopback, and runs a query through its editor:
// node playground.mjs URL 'query Name {…}' EXPECTED CHROMIUM [SCREENSHOT]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [url, query, expected, executablePath, screenshot] = process.argv.slice(2);
if (!executablePath || !/query \w+/.test(query)) {
  console.error("usage: node playground.mjs URL 'query Name {…}' EXPECTED CHROMIUM [SCREENSHOT]");
  process.exit(2);
}

const profile = await mkdtemp(path.join(tmpdir(), 'playground-'));
const complaints = [];
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  viewport: { width: 1280, height: 800 },
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // No name but loopback's resolves, whoever asks: page, worker or the browser itself.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
});

try {
  const page = await context.newPage();
  const editor = page.locator('.graphiql-query-editor .monaco-editor textarea, .graphiql-query-editor .native-edit-context').first();

  // A visit with a token that is no longer good: what GraphiQL keeps of it must not win over a new one.
  const stale = new URL(url);
  stale.hash = 'token=stale';
  await page.goto(stale.href, { waitUntil: 'load' });
  await editor.waitFor({ state: 'attached', timeout: 30_000 });
  await page.goto('about:blank');

  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') complaints.push(`went out: ${request.url()}`);
  });

  await page.goto(url, { waitUntil: 'load' });
  await editor.waitFor({ state: 'attached', timeout: 30_000 });
  // The query that is there to begin with must fit the schema.
  const response = page.locator('.graphiql-response');
  await page.locator('.graphiql-execute-button').click();
  await response.getByText('"data"').first().waitFor({ timeout: 15_000 });
  const first = await response.innerText();
  if (first.includes('"errors"')) complaints.push(`the first query failed: ${first}`);

  await editor.focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  // Pasted and on one line: the editor would close the braces that are typed, and those at the end of a line.
  await page.keyboard.insertText(query.replace(/\s+/g, ' '));
  // GraphiQL reads the operation's name a moment after the last key, and shows it on the tab.
  await page.getByRole('tab', { name: /query (\w+)/.exec(query)[1], exact: true }).waitFor({ timeout: 15_000 });
  await page.locator('.graphiql-execute-button').click();
  await response.getByText(expected).first().waitFor({ timeout: 15_000 });

  // The documentation comes from introspection; it proves that the schema was understood.
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').getByText('Query').first().waitFor({ timeout: 15_000 });

  const address = page.url();
  if (address.includes('token')) complaints.push(`the token is still in the address bar: ${address}`);
  const workers = page.workers().length;
  if (workers === 0) complaints.push('no worker runs: monaco would do all its work in the page');
  if (screenshot) await page.screenshot({ path: screenshot });
  console.log(`answered with ${JSON.stringify(expected)}; ${workers} workers; ${complaints.length} complaints`);
} catch (error) {
  complaints.push(error.message);
  for (const page of context.pages()) {
    if (screenshot) await page.screenshot({ path: screenshot }).catch(() => {});
  }
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}

for (const complaint of complaints) console.error(complaint);
process.exit(complaints.length === 0 ? 0 : 1);
