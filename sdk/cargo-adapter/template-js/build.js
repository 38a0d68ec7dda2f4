// `npm run build`: src/adapter.js becomes target/adapters/<id>.wasm, a component that carries adapter.toml.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const manifest = readFileSync('adapter.toml');
const id = /^id\s*=\s*"([a-z][a-z0-9-]*)"/m.exec(manifest.toString())?.[1];
if (!id) throw new Error('adapter.toml has no id');

const { component } = await componentize({
  sourcePath: 'src/adapter.js',
  witPath: 'wit',
  worldName: 'adapter',
  // The host offers what wit/world.wit imports and no WASI: with one of these left in, the component is not loaded.
  disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
});

const folder = 'target/adapters';
const path = `${folder}/${id}.wasm`;
mkdirSync(folder, { recursive: true });
// Beside its place first: a host that watches the folder never reads half a file.
writeFileSync(`${path}.new`, Buffer.concat([component, section('entrepot:manifest', manifest)]));
renameSync(`${path}.new`, path);
console.error(`${path} (${component.length} bytes)`);

// A custom section of WebAssembly: its id, then its size, its name and what is in it.
function section(name, data) {
  const body = Buffer.concat([leb128(name.length), Buffer.from(name), data]);
  return Buffer.concat([Buffer.of(0), leb128(body.length), body]);
}

function leb128(number) {
  const bytes = [];
  for (; number > 127; number >>>= 7) bytes.push((number & 127) | 128);
  return Buffer.of(...bytes, number);
}
