// Uploads files with examples/upload.html in a real Chromium: node upload.mjs URL CHROMIUM SCREENSHOT FILE…
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [url, executablePath, screenshot, ...files] = process.argv.slice(2);
const profile = await mkdtemp(path.join(tmpdir(), 'upload-'));
const complaints = [];
const context = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
});
let uploaded = 0;
try {
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await page.goto(url, { waitUntil: 'load' });
  for (const file of files) {
    await page.locator('input[type=file]').setInputFiles(file);
    const state = page.locator('#state');
    await page.waitForFunction(
      (name) => document.querySelector('#state').textContent.startsWith(`${name}: READY`)
        || /FAILED|QUARANTINED|error/.test(document.querySelector('#state').textContent),
      path.basename(file),
      { timeout: 60_000 },
    );
    const text = await state.textContent();
    if (!text.includes('READY')) complaints.push(text);
    const progress = await page.locator('progress').evaluate((bar) => [bar.value, bar.max, Number(bar.dataset.moves)]);
    if (progress[0] !== progress[1] || progress[2] < 1) complaints.push(`no progress was shown: ${progress}`);
    uploaded += 1;
  }
  await page.screenshot({ path: screenshot });
} catch (error) {
  complaints.push(error.message);
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
console.log(`${uploaded} files uploaded; ${complaints.length} complaints`);
for (const complaint of complaints) console.error(complaint);
process.exit(complaints.length === 0 ? 0 : 1);
