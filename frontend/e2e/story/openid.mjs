/**
 * A certified OpenID provider on loopback, in Google's place. Whoever signs in with a name gets the address
 * `name@example.com`; `unverified` has one that nobody confirmed.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const client = { id: 'pulsecheck', secret: randomBytes(16).toString('hex') };

/** What we ask it by ourselves, without a browser. */
const backChannel = ['/token', '/me'];

/**
 * @param {{ port: number, callback: string }} settings
 */
export async function startOpenId({ port, callback }) {
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [callback],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'story' }] },
    ttl: {
      AccessToken: 60,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 60,
      Interaction: 600,
      Session: 600,
    },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id[0].toUpperCase()}${id.slice(1)} Example`,
        email: `${id}@example.com`,
        email_verified: id !== 'unverified',
      }),
    }),
  });
  const answer = provider.callback();
  /** @type {'works' | 'fails' | 'stalls'} */
  let mode = 'works';
  const server = createServer((request, response) => {
    const isOurs = backChannel.includes(new URL(request.url, issuer).pathname);
    if (isOurs && mode === 'fails') response.writeHead(500).end('<h1>Internal error</h1>');
    else if (!isOurs || mode === 'works') answer(request, response);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  return {
    origin: issuer,
    /** @param {'works' | 'fails' | 'stalls'} next */
    behave(next) {
      mode = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
