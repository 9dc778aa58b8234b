// The three ways to know who a client is: a signed token, the host's own session, or (insecure) its own word.
import type { IncomingMessage } from 'node:http';
import type { Channel, Place, Uid, User } from '../domain.js';
import { type Claim, type PlaceError, readClaim, readUser } from './claim.js';
import { type Identity, Unidentified } from './identity.js';
import type { Revocations } from './revocations.js';
import type { Tokens } from './tokens.js';

/** What a host's `authenticate` says of a request. Without room and time, those that the page names are taken. */
export interface Authenticated {
  readonly uid: Uid | number;
  readonly uname: string;
  readonly room?: Channel;
  readonly time?: Channel;
}

/** @returns the identity, or null for nobody; may be async; throwing means that it could not be decided now */
export type Authenticate = (
  request: IncomingMessage,
  message: { readonly channel: string; readonly auth: unknown },
) => Authenticated | null | Promise<Authenticated | null>;

/** @throws Unidentified */
export type Identify = (claim: Claim, request: IncomingMessage, channel: string, auth: unknown) => Promise<Identity>;

/** `secret`: the token says it all, unless it was revoked; what else the page says must equal it. */
export const byToken =
  (tokens: Tokens, revocations?: Revocations): Identify =>
  async (claim) => {
    if (claim.token === undefined) throw new Unidentified('token', 'is missing: make one with online.token()');
    const identity = await tokens.verify(claim.token);
    revocations?.check(identity);
    if (claim.user && claim.user.uid !== identity.user.uid) {
      throw new Unidentified(
        'current_user.uid',
        'differs from the token - leave it out or make the token for this uid',
      );
    }
    return { ...identity, place: agree(claim.place, identity.place, 'the token') };
  };

/** `authenticate`: the host knows the request, from its session cookie for example. */
export const byHost =
  (authenticate: Authenticate, placeError: PlaceError): Identify =>
  async (claim, request, channel, auth) => {
    const known = await ask(authenticate, request, { channel, auth });
    if (!known) throw new Unidentified('auth', NOBODY);
    const { user, place: given } = readKnown(known, placeError);
    if (claim.user && claim.user.uid !== user.uid) {
      throw new Unidentified(
        'current_user.uid',
        'differs from who is signed in - leave it out or sign in as that user',
      );
    }
    const place = isNowhere(given) ? claim.place : agree(claim.place, given, 'where the site put you');
    return { user, place: somewhere(place) };
  };

/** What a page may not say of itself the site may not say of it either; but then it is the site's to mend. */
function readKnown({ uid, uname, room, time }: Authenticated, placeError: PlaceError): { user: User; place: Place } {
  try {
    const { place } = readClaim({ room_channel: room, time_channel: time }, placeError);
    return { user: readUser({ uid, uname }), place };
  } catch (error) {
    if (!(error instanceof Unidentified)) throw error;
    const wrong = `gave somebody whose ${NAMES[error.field] ?? 'name'} ${error.message}`;
    const cause = new TypeError(`option "authenticate": the function ${wrong}`);
    throw new Unidentified('authenticate', wrong, 500, { cause });
  }
}

/** What the host calls what a page calls otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  'current_user.uid': 'uid',
  'current_user.uname': 'uname',
  room_channel: 'room',
  time_channel: 'time',
};
const NOBODY = 'you are not signed in - sign in at the site first - its authenticate knows nobody by this request';

/** `trustClients`: believes what the page says, as the gem did. Anyone can be anyone. */
export const byWord: Identify = async ({ user, place }) => {
  if (!user) throw new Unidentified('current_user', 'is missing: {uid, uname}');
  return { user, place: somewhere(place) };
};

async function ask(authenticate: Authenticate, request: IncomingMessage, message: { channel: string; auth: unknown }) {
  try {
    return await authenticate(request, message);
  } catch (cause) {
    throw new Unidentified('authenticate', 'failed - its error is in the log of the server - try again later', 500, {
      cause,
    });
  }
}

const isNowhere = (place: Place): boolean => place.room === undefined && place.activity === undefined;

function somewhere(place: Place): Place {
  if (isNowhere(place)) throw new Unidentified('room_channel', 'or time_channel is missing - name one in auth');
  return place;
}

/** What is certain, unless the page says something else. */
function agree(claimed: Place, certain: Place, source: string): Place {
  if (claimed.room !== undefined && claimed.room !== certain.room) {
    throw new Unidentified('room_channel', `differs from ${source} - leave it out or name the same`);
  }
  if (claimed.activity !== undefined && claimed.activity !== certain.activity) {
    throw new Unidentified('time_channel', `differs from ${source} - leave it out or name the same`);
  }
  return certain;
}
