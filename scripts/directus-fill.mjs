// Makes three collections in an empty Directus and fills them through its REST API: 40 images, 20 authors, 520 articles.
// Usage: node scripts/directus-fill.mjs BASE_URL TOKEN

const [base, token] = process.argv.slice(2);

async function send(method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : (await answer.json()).data;
}

const field = (name, type, meta = {}) => ({field: name, type, schema: {}, meta});
const key = {field: 'id', type: 'integer', schema: {is_primary_key: true, has_auto_increment: true}, meta: {hidden: true}};
const times = [
  field('date_created', 'timestamp', {special: ['date-created']}),
  field('date_updated', 'timestamp', {special: ['date-updated']}),
];
const text = (...names) => names.map((name) => field(name, 'string'));
const whole = (...names) => names.map((name) => field(name, 'integer'));
const json = (...names) => names.map((name) => field(name, 'json', {special: ['cast-json']}));

await send('POST', '/collections', {
  collection: 'brand_images', schema: {}, meta: {icon: 'image'},
  fields: [key, ...text('filename', 'media_type', 'url', 'title', 'alt'), ...whole('width', 'height', 'bytes'), ...times],
});
await send('POST', '/collections', {
  collection: 'authors', schema: {}, meta: {icon: 'person'},
  fields: [key, ...text('name', 'slug', 'email'), field('bio', 'text'), ...whole('portrait'), ...times],
});
await send('POST', '/collections', {
  collection: 'articles', schema: {}, meta: {icon: 'article'},
  fields: [
    key, ...text('title', 'slug', 'language', 'status', 'section'), field('summary', 'text'), field('body', 'text'),
    field('rating', 'float'), field('sponsored', 'boolean', {special: ['cast-boolean']}),
    ...whole('words', 'author', 'hero_image'), ...json('tags', 'related'), field('published_on', 'timestamp'), ...times,
  ],
});
for (const [collection, name, related] of [
  ['authors', 'portrait', 'brand_images'], ['articles', 'author', 'authors'], ['articles', 'hero_image', 'brand_images'],
]) {
  await send('POST', '/relations', {collection, field: name, related_collection: related});
}

// The same items every time: a small generator stands in for chance.
let state = 20261120;
const below = (bound) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
};
const pick = (list) => list[below(list.length)];
const slug = (words) => words.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');

const places = ['Harbour', 'Meadow', 'Kiln', 'Orchard', 'Station', 'Quarry', 'Ferry', 'Rooftop', 'Canal', 'Greenhouse'];
const moods = ['Quiet', 'Early', 'Borrowed', 'Unfinished', 'Bright', 'Second', 'Slow', 'Northern', 'Painted', 'Little'];
const things = ['Kitchen', 'Letters', 'Bicycle', 'Market', 'Radio', 'Staircase', 'Garden', 'Workshop', 'Clock', 'Bakery'];
const tags = ['design', 'food', 'people', 'craft', 'travel', 'city', 'seasons', 'archive'];
const sections = ['Journal/People', 'Journal/Places', 'Guides/Making', 'Guides/Eating', 'News'];
const sentences = [
  'The door was open and the kettle had just been filled.', 'Nobody remembers who painted the sign, only that it was blue.',
  'There are three ways in, and all of them creak.', 'What looks like a mistake is the part that took longest.',
  'By noon the tables were outside and the plan was forgotten.', 'She keeps the first attempt on the shelf as a warning.',
  'The recipe fits on the back of a ticket.', 'Every Thursday the list gets shorter, and someone adds a line.',
  'It was built for one winter and has stood for forty.', 'The view costs nothing, the bench was donated.',
];
const some = (count) => Array.from({length: count}, () => pick(sentences)).join(' ');

const images = Array.from({length: 40}, (_, index) => {
  const name = `${pick(moods)} ${pick(places)}`;
  return {
    title: name, alt: `${name}, seen from the street`, filename: `${slug(name)}-${index + 1}.jpg`, media_type: 'image/jpeg',
    url: `https://media.example.com/${slug(name)}-${index + 1}.jpg`, width: 1200 + 40 * below(20), height: 800,
    bytes: 90000 + below(400000),
  };
});
await send('POST', '/items/brand_images', images);

const first = ['Nora', 'Elias', 'Yara', 'Piet', 'Salme', 'Bruno', 'Aiko', 'Greta', 'Idris', 'Vera'];
const last = ['Falk', 'Mbeki', 'Ostrom', 'Riva', 'Tanaka', 'Weiss', 'Halloran', 'Koval', 'Dubois', 'Arslan'];
const authors = Array.from({length: 20}, (_, index) => {
  const name = `${first[index % 10]} ${last[(index * 3 + Math.floor(index / 10)) % 10]}`;
  return {name, slug: slug(name), email: `${slug(name)}@example.com`, bio: some(2), portrait: 1 + below(40)};
});
await send('POST', '/items/authors', authors);

const count = 520;
for (let start = 0; start < count; start += 104) {
  const batch = Array.from({length: 104}, (_, step) => {
    const number = start + step + 1;
    const title = `${pick(moods)} ${pick(things)}, ${pick(places)} ${number}`;
    const month = String(1 + below(12)).padStart(2, '0');
    const day = String(1 + below(28)).padStart(2, '0');
    return {
      title, slug: slug(title), language: number % 5 === 0 ? 'de' : 'en', section: pick(sections),
      status: number % 20 === 0 ? 'draft' : number % 33 === 0 ? 'archived' : 'published',
      summary: some(1), body: some(4), rating: below(51) / 10, words: 200 + below(1800), sponsored: below(10) === 0,
      author: 1 + below(20), hero_image: 1 + below(40), tags: [...new Set([pick(tags), pick(tags)])],
      // Some lead to articles that the platform lists later.
      related: number % 3 === 0 ? [1 + below(count), 1 + below(count)].filter((id) => id !== number) : null,
      published_on: number % 20 === 0 ? null : `2026-${month}-${day}T09:00:00Z`,
    };
  });
  await send('POST', '/items/articles', batch);
}
console.log(`filled with ${images.length} images, ${authors.length} authors and ${count} articles`);
