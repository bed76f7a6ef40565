// A real OpenID Connect server (npm oidc-provider) on a port of its own, for tests of those who take its tokens. It says its
// issuer in its first line; then it does what the lines of its input say (rotate, down, up) and answers each with a line.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

// What the library has to say is not for those who read the answers.
const say = (line) => process.stdout.write(`${line}\n`);
console.info = console.error;

const kinds = [
  ['rsa', { modulusLength: 2048 }, 'RS256'],
  ['ec', { namedCurve: 'P-256' }, 'ES256'],
  ['ed25519', {}, 'EdDSA'],
];

function keys() {
  return kinds.map(([type, options, alg]) => {
    const { privateKey } = generateKeyPairSync(type, options);
    return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomUUID() };
  });
}

function provider(issuer) {
  const clients = kinds.map(([, , alg]) => ({
    client_id: alg,
    client_secret: 'secret',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }));
  const made = new Provider(issuer, {
    clients,
    jwks: { keys: keys() },
    scopes: ['read'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:brandgraph',
        useGrantedResource: () => true,
        getResourceServerInfo: (context, resource, client) => ({
          scope: 'read',
          audience: resource === 'urn:brandgraph' ? 'brandgraph' : resource,
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: client.clientId } },
        }),
      },
    },
    extraTokenClaims: () => ({ realm: { roles: ['cms-editors', 'offline_access'] }, market: 'dk' }),
  });
  made.on('server_error', (context, error) => console.error(error));
  return made.callback();
}

let down = false;
let handle;
const asked = { keys: 0 };
const server = createServer((request, response) => {
  if (down) return request.socket.destroy();
  if (request.url.startsWith('/jwks')) asked.keys += 1;
  handle(request, response);
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  handle = provider(issuer);
  say(issuer);
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      if (line === 'rotate') handle = provider(issuer);
      if (line === 'down') down = true;
      if (line === 'up') down = false;
      say(line === 'asked' ? asked.keys : line);
    })
    .on('close', () => process.exit(0));
});
