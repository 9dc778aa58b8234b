// Which pages may come here: those of this site, and of the origins that the host names.
import type { Addresses } from './addresses.js';
import type { Origins } from './bayeux/origins.js';

/**
 * A browser says where a page is from with every upgrade and with every POST of another site, and sends cookies along with
 * an upgrade. Who says nothing is no browser. `null` (a sandbox, a file) is nobody's origin.
 * @param origins exact origins, such as `https://a.example`; `*` for all
 */
export function originsOf(origins: readonly string[] | '*', addresses: Addresses): Origins {
  const listed = new Set(origins === '*' ? [] : origins.map((origin) => originOf(origin)));
  return (request) => {
    const { origin } = request.headers;
    if (origin === undefined) return 'own';
    const asked = originOf(origin);
    if (asked === undefined) return 'foreign';
    if (origins === '*' || listed.has(asked)) return isOwn(asked, addresses.siteOf(request)) ? 'own' : 'listed';
    return isOwn(asked, addresses.siteOf(request)) ? 'own' : 'foreign';
  };
}

function isOwn(origin: string, { host, scheme }: ReturnType<Addresses['siteOf']>): boolean {
  const [asked = ''] = origin.split('://', 1);
  // Some proxy may have taken the TLS off, so a page that came by it is of this site though we do not see any.
  return !(scheme === 'https' && asked === 'http') && originOf(`${asked}://${host}`) === origin;
}

/** As browsers write it: in small letters, without the port that goes without saying. */
function originOf(text: string): string | undefined {
  if (!/^https?:\/\/[^/?#@\s]+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).origin;
}
