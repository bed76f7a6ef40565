// Runs every audit of GraphQL over HTTP (MUST, SHOULD and MAY) against a server: node http.mjs http://127.0.0.1:8080/graphql
import { auditServer } from 'graphql-http';

const url = process.argv[2];
if (!url) {
  console.error('usage: node http.mjs URL');
  process.exit(2);
}

const results = await auditServer({ url });
const failed = results.filter((result) => result.status !== 'ok');
for (const result of results) {
  console.log(`${result.status.padEnd(6)} ${result.id} ${result.name}${result.reason ? `: ${result.reason}` : ''}`);
}
console.log(`${results.length - failed.length} of ${results.length} audits passed`);
process.exit(results.length > 0 && failed.length === 0 ? 0 : 1);
