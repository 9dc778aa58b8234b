// Where requests come from and whom they asked for, behind proxies too: only what a trusted proxy says is believed.
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import proxyaddr from 'proxy-addr';

/** As Express takes them for `trust proxy`: how many, or which addresses (`loopback`, `10.0.0.0/8`…). */
export type TrustProxy = number | string | readonly string[];

/** Whether an address that a request came through is a proxy of the site's, `hops` from here. */
export type Trust = (address: string, hops: number) => boolean;

type FromExpress = IncomingMessage & { readonly app?: { get(setting: string): unknown } };

const NOBODY: Trust = () => false;

export class Addresses {
  readonly #told: Trust | undefined;
  /** The host's `trust proxy`, for upgrades too, which do not come through Express. */
  #host: Trust = NOBODY;

  /** @throws TypeError when an address is none */
  constructor(trustProxy: TrustProxy | undefined) {
    this.#told = trustProxy === undefined ? undefined : trustIn(trustProxy);
  }

  /** Learns from a request that came through Express whom the host trusts. */
  see({ app }: FromExpress): void {
    const trust = app?.get('trust proxy fn');
    if (typeof trust === 'function') this.#host = trust as Trust;
  }

  /** The address that a request comes from; empty when its connection is gone. */
  of(request: IncomingMessage): string {
    return request.socket.remoteAddress === undefined ? '' : proxyaddr(request, this.#trust);
  }

  /** What the page's browser sees as this site: `https://www.example.org`; without a scheme when that is not known. */
  siteOf(request: IncomingMessage): { readonly host: string; readonly scheme: 'http' | 'https' | undefined } {
    const { headers, socket } = request;
    const trusted = socket.remoteAddress !== undefined && this.#trust(socket.remoteAddress, 0);
    const forwarded = (name: string): string | undefined =>
      trusted ? headers[name]?.toString().split(',', 1)[0]?.trim() : undefined;
    const scheme = forwarded('x-forwarded-proto');
    return {
      host: forwarded('x-forwarded-host') ?? headers.host ?? '',
      scheme: scheme === 'https' || scheme === 'http' ? scheme : socket instanceof TLSSocket ? 'https' : undefined,
    };
  }

  get #trust(): Trust {
    return this.#told ?? this.#host;
  }
}

/** @throws TypeError when an address is none */
export function trustIn(trustProxy: TrustProxy): Trust {
  if (typeof trustProxy === 'number') return (_address, hops) => hops < trustProxy;
  const addresses = typeof trustProxy === 'string' ? trustProxy.split(/\s*,\s*/) : [...trustProxy];
  return proxyaddr.compile(addresses);
}
