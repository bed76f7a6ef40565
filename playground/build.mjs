// Bundles the page, its styles and monaco's workers into dist/, each under a name that holds its hash.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');

const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  metafile: true,
  outdir: 'dist',
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  target: ['chrome109', 'firefox115', 'safari16'],
  define: { 'process.env.NODE_ENV': '"production"' },
  // The page's content policy allows fonts from data: URIs, so that they need no files of their own.
  loader: { '.ttf': 'dataurl', '.woff2': 'dataurl' },
  legalComments: 'linked',
  logLevel: 'warning',
};

/** The file name that each entry point was built into, by the entry's name. */
function names(result) {
  const built = {};
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint && file.endsWith('.js')) {
      const entry = path.basename(output.entryPoint).replace(/\.jsx?$/, '');
      built[entry] = { js: path.basename(file), css: output.cssBundle && path.basename(output.cssBundle) };
    }
  }
  return built;
}

await mkdir(dist, { recursive: true });
for (const name of await readdir(dist)) {
  if (name !== '.gitignore') await rm(path.join(dist, name), { recursive: true });
}

// Workers are single files: a worker that imports would need a module worker, which older browsers lack.
const workers = names(
  await build({
    ...shared,
    format: 'iife',
    entryPoints: [
      'monaco-editor/esm/vs/editor/editor.worker.js',
      'monaco-editor/esm/vs/language/json/json.worker.js',
      'monaco-graphql/esm/graphql.worker.js',
    ],
  }),
);

const page = names(
  await build({
    ...shared,
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    entryPoints: ['src/main.jsx'],
    define: {
      ...shared.define,
      EDITOR_WORKER: JSON.stringify(workers['editor.worker'].js),
      JSON_WORKER: JSON.stringify(workers['json.worker'].js),
      GRAPHQL_WORKER: JSON.stringify(workers['graphql.worker'].js),
    },
  }),
);

const html = await readFile(path.join(here, 'src', 'index.html'), 'utf8');
await writeFile(
  path.join(dist, 'index.html'),
  html.replace('{{style}}', page.main.css).replace('{{script}}', page.main.js),
);
